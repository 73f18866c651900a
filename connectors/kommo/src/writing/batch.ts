import { type DueWrite, RetryLater, type Tools, type WriteOutcome } from '@tributary/connector-kit';
import { type Answer, type Api, TooSlow } from '../rest/api.ts';
import { type Complaint, complaintsOf, detailOf } from '../rest/problem.ts';

/** One item of a request, and the writes that are done with it. */
export interface Item {
  /** Comes back with an answer. Not a bare number: Kommo gives the place in the list where it has no id. */
  requestId: string;
  leadId: string;
  writes: readonly DueWrite[];
  /** Made when it is sent, so that a second try sends what is right by then. */
  body(): Record<string, unknown>;
}

export interface Sender {
  api: Api;
  tools: Tools;
  method: 'POST' | 'PATCH';
  path: string;
  /** The list in the answer: `notes`, `tasks`, `leads`. */
  name: string;
  size: BatchSize;
  /** Twice is not the same as once: notes and tasks, but not field values. */
  appends: boolean;
  /** Sorts out what is there already, when a request may have got through. */
  lookUp(items: readonly Item[]): Promise<{ there: WriteOutcome[]; missing: Item[] }>;
  /** Puts right what an item was refused for; true when it is worth another try as it is now. */
  repair(item: Item, complaints: readonly Complaint[]): Promise<boolean>;
}

/** How many items go into one request: 50, as Kommo advises; fewer for a while after a 504 (Kommo, "Limitations"). */
export interface BatchSize {
  now(): number;
  tooMuch(sent: number): void;
  fine(): void;
}

const advised = 50;

export function createBatchSize(): BatchSize {
  let size = advised;
  return {
    now: () => size,
    tooMuch(sent) {
      size = Math.max(1, Math.floor(Math.min(size, sent) / 2));
    },
    fine() {
      // One at a time: what was too much a moment ago costs a minute of waiting for the next 504.
      size = Math.min(advised, size + 1);
    },
  };
}

/** Before an append is looked for: Kommo may still be at work on a request that it, or the line, gave up on. */
const settledAfter = 10_000;

/**
 * Sends items in as few requests as possible and says what became of each. One
 * item that is refused does not cost the others: it fails with Kommo's reason
 * and the rest goes again. That a 400 refuses the whole request is how it is
 * understood, not documented, so that appends look before they go again.
 */
export async function* sendAll(sender: Sender, given: readonly Item[]): AsyncGenerator<WriteOutcome[]> {
  let queue = [...given];
  /** How many to send at most while a refusal is narrowed down. */
  let narrow = advised;
  const repaired = new Set<Item>();
  while (queue.length > 0) {
    const batch = queue.slice(0, Math.min(narrow, sender.size.now()));
    const rest = queue.slice(batch.length);
    const answer = await send(sender, batch);
    if (answer === 'too slow') {
      queue = [...batch, ...rest];
    } else if (answer.ok) {
      sender.size.fine();
      narrow *= 2;
      yield done(sender, batch, answer);
      queue = rest;
    } else {
      const { failed, again } = await sortOut(sender, batch, answer, repaired);
      if (failed.length > 0) yield failed;
      if (again.length === batch.length) narrow = Math.max(1, Math.floor(batch.length / 2));
      const { there, missing } = sender.appends ? await sender.lookUp(again) : { there: [], missing: again };
      if (there.length > 0) yield there;
      queue = [...missing, ...rest];
    }
  }
}

async function send(sender: Sender, batch: readonly Item[]): Promise<Answer | 'too slow'> {
  const body = batch.map((item) => ({ ...item.body(), request_id: item.requestId }));
  try {
    return await sender.api.send(sender.method, sender.path, body);
  } catch (error) {
    if (error instanceof TooSlow) {
      sender.size.tooMuch(batch.length);
      // Field values can go again at once; a note that may be there has to be looked for, and not right away.
      if (!sender.appends && batch.length > 1) return 'too slow';
    }
    if (!(error instanceof RetryLater) || error.applied === 'no' || error.notBefore) throw error;
    const notBefore = new Date(sender.tools.now().getTime() + settledAfter);
    throw new RetryLater(error.message, { applied: 'unknown', notBefore, cause: error });
  }
}

/** Whom a refusal is about. Where it does not say, the batch is halved until it can only be about one. */
async function sortOut(
  sender: Sender,
  batch: readonly Item[],
  answer: Answer,
  repaired: Set<Item>,
): Promise<{ failed: WriteOutcome[]; again: Item[] }> {
  const complaints = complaintsOf(answer.body);
  const about = (item: Item, i: number) => complaints.get(item.requestId) ?? complaints.get(String(i));
  const guilty = batch.flatMap((item, i) => {
    const found = about(item, i);
    return found ? [{ item, found }] : [];
  });
  const [only, another] = batch;
  if (guilty.length === 0 && only && another) return { failed: [], again: [...batch] };
  if (guilty.length === 0 && only) guilty.push({ item: only, found: [] });
  const failed: WriteOutcome[] = [];
  const again = new Set(batch);
  for (const { item, found } of guilty) {
    if (!repaired.has(item) && (await sender.repair(item, found))) {
      repaired.add(item);
      continue;
    }
    again.delete(item);
    failed.push(...failures(item, reason(item, found, answer)));
  }
  return { failed, again: [...again] };
}

function reason(item: Item, complaints: readonly Complaint[], answer: Answer): string {
  const gone = complaints.some(({ path }) => path === 'id' || path === 'entity_id');
  if (gone || (complaints.length === 0 && answer.status === 404)) return noLongerThere(item.leadId);
  const [first] = complaints;
  const words = first ? `${first.path}: ${first.detail || first.code}` : (detailOf(answer.body) ?? 'no reason given');
  return `Kommo refused it: ${words} (${answer.status})`;
}

export function noLongerThere(leadId: string): string {
  return `the deal ${leadId} is no longer there`;
}

function done(sender: Sender, batch: readonly Item[], { body }: Answer): WriteOutcome[] {
  const listed = (body as { _embedded?: Record<string, unknown> } | undefined)?._embedded?.[sender.name];
  const rows = (Array.isArray(listed) ? listed : []) as ({ id?: unknown; request_id?: unknown } | null)[];
  return batch.flatMap((item, i) => {
    const row = sender.appends
      ? (rows.find((one) => one?.request_id === item.requestId) ?? rows[i])
      : rows.find((one) => String(one?.id) === item.leadId);
    // An answer that names other deals and not this one: there was nothing to change.
    if (!sender.appends && rows.length > 0 && !row) return failures(item, noLongerThere(item.leadId));
    const reference = row?.id === undefined ? {} : { reference: String(row.id) };
    return item.writes.map(({ id }) => ({ id, done: true as const, ...reference }));
  });
}

export function failures(item: Pick<Item, 'writes'>, why: string): WriteOutcome[] {
  return item.writes.map(({ id }) => ({ id, done: false, why }));
}

export function requestIdOf(write: DueWrite): string {
  return `w-${write.id}`;
}
