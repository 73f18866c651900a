import type { Api } from '../rest/api.ts';
import { allComplaints, detailOf } from '../rest/problem.ts';
import { type KommoWebhook, webhooksIn } from '../rest/records.ts';

/**
 * What Kommo is asked to tell.
 *
 * `update_lead` is among them although it also brings back every field we
 * write: Kommo is known to lose `status_lead` hooks while `update_lead` shows
 * the change (amoCRM SDK, issue 226), and a lost stage change is a journey that
 * never starts. Such an echo costs nothing, see `nothingNew`. It also tells of
 * a new owner, a new price and a new contact, so that `responsible_lead` is not
 * needed. That Kommo takes `update_task` is disputed; amoCRM does.
 */
export const events = [
  ...['add_lead', 'update_lead', 'status_lead', 'delete_lead', 'restore_lead'],
  ...['add_contact', 'update_contact', 'delete_contact', 'restore_contact'],
  'update_task',
];

/** What is missed, for a user, where Kommo does not take a name. */
const missed: Record<string, string> = {
  add_lead: 'new deals are seen only when they change',
  update_lead: 'changes of deals other than their stage are not seen',
  status_lead: 'changes of stage are seen only as changes of a deal',
  delete_lead: 'deals that are deleted are noticed within ten minutes, not at once',
  restore_lead: 'deals that are restored are seen only when they change',
  add_contact: 'new contacts are seen only with their deal',
  update_contact: 'changes of contacts are seen only with their deal',
  delete_contact: 'contacts that are deleted are noticed within ten minutes, not at once',
  restore_contact: 'contacts that are restored are seen only with their deal',
  update_task: 'that a task is done is seen within ten minutes, not at once',
};

interface Report {
  made: string[];
  removed: string[];
  found: string[];
  warnings: string[];
  /** Among the warnings: there is no webhook. */
  lacking: string[];
}

/**
 * Makes sure that Kommo calls `destination`, and only once: subscriptions of
 * this same connection at an address it had before, or of one before it at this address, are removed. `refused` keeps the names that this account does not
 * take: one that lacks nothing else is left as it is, and not made anew at every look.
 */
export async function subscribe(api: Api, destination: string, refused: Set<string>): Promise<Report> {
  const report: Report = { made: [], removed: [], found: [], warnings: [], lacking: [] };
  const existing = webhooksOf(await api.get('/webhooks'));
  for (const stale of existing.filter((one) => isStale(one.destination, destination))) {
    await unsubscribe(api, stale.destination);
    report.removed.push(`The webhook to the former address ${stale.destination}`);
  }
  const mine = existing.find((one) => one.destination === destination);
  if (mine && !mine.disabled && sameNames(mine.settings, namesTaken(refused))) {
    report.found.push('The webhook');
    report.warnings.push(...[...refused].map(warningOf));
    return report;
  }
  // Whether a POST wakes a disabled webhook, and whether it replaces its list, is not documented. A removal is.
  if (mine) await unsubscribe(api, destination);
  const what = mine?.disabled ? 'The webhook, which Kommo had switched off' : 'The webhook';
  await post(api, destination, { report, refused, what });
  return report;
}

function namesTaken(refused: ReadonlySet<string>): string[] {
  return events.filter((name) => !refused.has(name));
}

function warningOf(name: string): string {
  return `Kommo does not take the event ${name}: ${missed[name]}.`;
}

async function post(
  api: Api,
  destination: string,
  { report, refused, what }: { report: Report; refused: Set<string>; what: string },
): Promise<void> {
  let names = namesTaken(refused);
  while (names.length > 0) {
    const answer = await api.send('POST', '/webhooks', { destination, settings: names }, [402, 403]);
    if (answer.ok) {
      report.made.push(what);
      report.warnings.push(...[...refused].map(warningOf));
      return;
    }
    if (answer.status === 402 || answer.status === 403) {
      tellThatNone(report, unavailable[answer.status]!);
      return;
    }
    const disputed = refusedNames(answer.body, names);
    if (disputed.length === 0) {
      tellThatNone(report, `Kommo does not take the webhook: ${reasonOf(answer.body)} (${answer.status}).`);
      return;
    }
    for (const name of disputed) refused.add(name);
    names = namesTaken(refused);
  }
}

/** What no webhook tells is found by looking (`catch-up.ts`). */
function tellThatNone(report: Report, why: string): void {
  const words = `${why} Until then what happens in Kommo is noticed within ten minutes, and not at once.`;
  report.warnings.push(words);
  report.lacking.push(words);
}

const unavailable: Record<number, string> = {
  402: 'Webhooks need a Kommo plan that has them (Advanced, Pro or Enterprise), and a subscription that has not run out (402).',
  403: 'Kommo does not let this token make webhooks (403): it has to be the token of an administrator.',
};

/** Sources disagree about some names, so that a 400 for one must not cost the others. */
function refusedNames(body: unknown, names: readonly string[]): string[] {
  return allComplaints(body).flatMap(({ path }) => {
    const index = /^settings\.(\d+)$/.exec(path)?.[1];
    return index === undefined ? [] : (names[Number(index)] ?? []);
  });
}

function reasonOf(body: unknown): string {
  const [first] = allComplaints(body);
  return [first?.path, first?.detail || detailOf(body)].filter(Boolean).join(': ') || 'no reason given';
}

/** Has Kommo call that address no more. */
export async function unsubscribe(api: Api, destination: string): Promise<void> {
  await api.send('DELETE', '/webhooks', { destination }, [403]);
}

/**
 * Ours by the secret at its end, and not at the address we have now; or at that address with a secret that nobody knows
 * any more, of a database that this one has taken the place of: each call of such a one is answered with 404.
 */
function isStale(destination: string, current: string): boolean {
  const [theirs, ours] = [secretOf(destination), secretOf(current)];
  if (destination === current || theirs === undefined || ours === undefined) return false;
  return theirs === ours || destination.slice(0, -theirs.length) === current.slice(0, -ours.length);
}

function secretOf(address: string): string | undefined {
  const last = URL.canParse(address) ? new URL(address).pathname.split('/').at(-1) : undefined;
  // A short last part, such as "kommo", is no secret, and its webhook somebody else's.
  return last !== undefined && last.length >= 16 ? last : undefined;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && b.every((name) => a.includes(name));
}

function webhooksOf(body: unknown): KommoWebhook[] {
  const embedded = (body as { _embedded?: { webhooks?: unknown } } | undefined)?._embedded?.webhooks;
  return Array.isArray(embedded) ? webhooksIn(embedded) : [];
}
