import type { Hint, Memory, Reading } from '@tributary/connector-kit';
import { type Deletion, type Departure, departureByChange, departureByDeletion } from './departure.ts';
import type { StageRef } from './find-stage.ts';
import { type LeadChange, stageOf } from './lead.ts';
import { leadHints } from './lead-hint.ts';
import { recallAccount, recallContacts, recallingOnce, recallLeads } from './memory.ts';
import { otherDeals } from './other-deals.ts';
import { readContacts } from './read-contacts.ts';
import { readLeads } from './read-leads.ts';
import type { Reader } from './reader.ts';
import type { NameOf } from './stages.ts';
import { readTasksDone } from './tasks.ts';
import { createTelling } from './tell.ts';

/**
 * Reads what the hints point at: at most one request for the leads, one for
 * their contacts, one for tasks where there are any, two where somebody lost a deal, and now and then one for the
 * stages' names, whatever the number of hints (up to some 200). REST is the truth: a late or repeated hook
 * finds what is remembered and gives nothing.
 */
export async function readHints(reader: Reader, given: readonly Hint[], of: Memory): Promise<Reading> {
  const memory = recallingOnce(of);
  const [accountId] = await Promise.all([
    recallAccount(memory),
    recallLeads(
      memory,
      leadHints(given).map(({ id }) => id),
    ),
  ]);
  const hints = given.filter((hint) => isOurs(reader, hint, accountId));
  const done = await readTasksDone(reader, hints, memory);
  const known = await recallLeads(
    memory,
    done.map((task) => String(task.entity_id)),
  );
  // Of a lead whose contact is not known, all is to be read.
  const strangers = done.flatMap(({ entity_id }): Hint[] => {
    const id = String(entity_id);
    return known.get(id)?.contactId ? [] : [{ kind: 'lead', id, said: { action: 'update' } }];
  });
  const { changes, deleted } = await readLeads(reader, leadHints([...hints, ...strangers]), memory);
  const departures = await departuresFrom(reader, changes, deleted, memory);
  const leaving = departures.map(({ contactId }) => contactId);
  const gone = [...deleted.map(({ leadId }) => leadId), ...changes.map(({ lead }) => lead.id)];
  const others = await otherDeals(reader, leaving, gone);
  const contactOf = (leadId: number): number | undefined =>
    changes.find(({ lead }) => lead.id === leadId)?.contactId ?? known.get(String(leadId))?.contactId ?? undefined;
  const hinted = hintedContacts(hints);
  const touched = changes.filter((change) => change.touched);
  const contactsOfTasks = done.flatMap((task) => contactOf(task.entity_id) ?? []);
  const [contacts, nameOf] = await Promise.all([
    readContacts(reader, { hinted, forLeads: [...contactIdsOf(touched), ...contactsOfTasks, ...leaving] }, memory),
    namesFor(reader, touched, [...departures.map(({ deal }) => deal), ...[...others.values()].map(stageOf)]),
  ]);

  const telling = createTelling(reader, contacts);
  for (const change of changes) telling.lead(change, nameOf);
  for (const deletion of deleted) telling.deleted(deletion);
  for (const departure of departures) telling.departure(departure, others.get(departure.contactId), nameOf);
  for (const task of done) telling.task(task, contactOf(task.entity_id));
  telling.contacts(deletedContacts(hints));
  const [named] = changes.flatMap(({ lead }) => lead.account_id ?? []);
  if (named !== undefined && named !== accountId) telling.account(named);
  return telling.reading;
}

/** Who guesses the webhook's address may send anything; hooks of an account that is not ours are at best a mistake. */
function isOurs({ tools }: Reader, hint: Hint, accountId: number | undefined): boolean {
  const { account_id } = hint.said;
  const ours = accountId === undefined || account_id === undefined || account_id === String(accountId);
  if (!ours) tools.log('A webhook of another Kommo account was dropped', { account: account_id, ours: accountId });
  return ours;
}

function hintedContacts(hints: readonly Hint[]): number[] {
  return [...new Set(hints.filter((hint) => hint.kind === 'contact').map((hint) => Number(hint.id)))];
}

function deletedContacts(hints: readonly Hint[]): ReadonlySet<number> {
  return new Set(
    hints.filter(({ kind, said }) => kind === 'contact' && said.action === 'delete').map(({ id }) => Number(id)),
  );
}

/** Who has a deal no longer. Two contacts with one e-mail are one person, who has it still. */
async function departuresFrom(
  { tools }: Reader,
  changes: readonly LeadChange[],
  deleted: readonly Deletion[],
  memory: Memory,
): Promise<Departure[]> {
  const now = tools.now();
  const passedOn = changes.filter(({ formerContact }) => formerContact !== undefined);
  const ids = passedOn.flatMap(({ contactId, formerContact }) => [contactId, formerContact]);
  const known = await recallContacts(
    memory,
    ids.flatMap((id) => (id === undefined ? [] : String(id))),
  );
  const isSame = (a: number | undefined, b: number | undefined) => {
    const email = known.get(String(a))?.email;
    return email !== undefined && email === known.get(String(b))?.email;
  };
  return [
    ...deleted.flatMap(departureByDeletion),
    ...passedOn
      .filter(({ contactId, formerContact }) => !isSame(contactId, formerContact))
      .flatMap((change) => departureByChange(change, now)),
  ];
}

function contactIdsOf(changes: readonly LeadChange[]): number[] {
  return changes.flatMap(({ contactId }) => contactId ?? []);
}

async function namesFor(
  { stages }: Reader,
  touched: readonly LeadChange[],
  also: readonly StageRef[],
): Promise<NameOf> {
  if (touched.length === 0 && also.length === 0) return () => ({ stage: '', pipeline: '' });
  return await stages.namesFor([
    ...also,
    ...touched.flatMap(({ lead, moves }) => [
      stageOf(lead),
      ...moves.flatMap(({ from: { statusId, pipelineId }, to }) => [
        to,
        ...(statusId === undefined ? [] : [{ statusId, pipelineId: pipelineId ?? to.pipelineId }]),
      ]),
    ]),
  ]);
}
