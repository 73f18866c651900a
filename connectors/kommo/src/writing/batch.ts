import { type DueWrite, RetryLater, type Tools, type WriteOutcome } from '@tributary/connector-kit';
import { type Entity, words } from '../entity.ts';
import { type Answer, type Api, TooSlow } from '../rest/api.ts';
import type { BatchSize } from '../rest/batch-size.ts';
import { type Complaint, complaintsOf, detailOf } from '../rest/problem.ts';
import { done, failed } from './outcomes.ts';

/** One item of a request, and the writes that are done with it. */
export interface Item {
  /** Comes back with an answer. Not a bare number: Kommo gives the place in the list where it has no id. */
  requestId: string;
  entity: Entity;
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
  /** Each makes something new: notes and tasks. */
  appends: boolean;
  /** Sent twice, whatever happens between, it is the same as sent once. */
  mayRepeat(item: Item): boolean;
  /** Sorts out what is there already, when a request may have got through. */
  lookUp(items: readonly Item[]): Promise<{ there: WriteOutcome[]; missing: Item[] }>;
  /**
   * Puts right what an item was refused for: what of it fails for good, and what is worth another try, which has to
   * differ from what was sent. Undefined where nothing can be done, and the whole item fails.
   */
  repair(item: Item, complaints: readonly Complaint[]): Promise<Repair | undefined>;
}

export interface Repair {
  failed: WriteOutcome[];
  again: readonly Item[];
}

/** As many items as Kommo advises in one request (Kommo, "Limitations"). */
export const advised = 50;

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
  while (queue.length > 0) {
    const batch = queue.slice(0, Math.min(narrow, sender.size.now()));
    const rest = queue.slice(batch.length);
    const answer = await send(sender, batch);
    if (answer === 'too slow') {
      queue = [...batch, ...rest];
    } else if (answer.ok) {
      sender.size.fine();
      narrow *= 2;
      yield carriedOut(sender, batch, answer);
      queue = rest;
    } else {
      const { refused, again, known } = await sortOut(sender, batch, answer);
      if (refused.length > 0) yield refused;
      if (!known) narrow = Math.max(1, Math.floor(batch.length / 2));
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
      if (batch.length > 1 && batch.every(sender.mayRepeat)) return 'too slow';
    }
    if (!(error instanceof RetryLater) || error.applied === 'no' || error.notBefore) throw error;
    const notBefore = new Date(sender.tools.now().getTime() + settledAfter);
    throw new RetryLater(error.message, { applied: 'unknown', notBefore, cause: error });
  }
}

/** Whom a refusal is about. Where it does not say, which is not known, the batch is halved until it can only be about one. */
async function sortOut(
  sender: Sender,
  batch: readonly Item[],
  answer: Answer,
): Promise<{ refused: WriteOutcome[]; again: Item[]; known: boolean }> {
  const complaints = complaintsOf(answer.body);
  const isGuilty = (item: Item, i: number) => complaints.has(item.requestId) || complaints.has(String(i));
  const known = batch.length === 1 || batch.some(isGuilty);
  const refused: WriteOutcome[] = [];
  const again: Item[] = [];
  for (const [i, item] of batch.entries()) {
    if (!known || (batch.length > 1 && !isGuilty(item, i))) {
      again.push(item);
      continue;
    }
    const found = complaints.get(item.requestId) ?? complaints.get(String(i)) ?? [];
    const repair = await sender.repair(item, found);
    refused.push(...(repair?.failed ?? failed(item.writes, reason(item, found, answer))));
    again.push(...(repair?.again ?? []));
  }
  return { refused, again, known };
}

function reason(item: Item, complaints: readonly Complaint[], answer: Answer): string {
  const isGone = complaints.some(({ path }) => path === 'id' || path === 'entity_id');
  if (isGone || (complaints.length === 0 && answer.status === 404)) return noLongerThere(item.entity);
  const [first] = complaints;
  return first ? refusal(first) : `Kommo refused it: ${detailOf(answer.body) ?? 'no reason given'} (${answer.status})`;
}

export function refusal({ path, detail, code }: Complaint): string {
  return `Kommo refused it: ${path}: ${detail || code} (400)`;
}

export function noLongerThere({ kind, id }: Entity): string {
  return `the ${words[kind]} ${id} is no longer there`;
}

function carriedOut(sender: Sender, batch: readonly Item[], { body }: Answer): WriteOutcome[] {
  const listed = (body as { _embedded?: Record<string, unknown> } | undefined)?._embedded?.[sender.name];
  const rows = (Array.isArray(listed) ? listed : []) as ({ id?: unknown; request_id?: unknown } | null)[];
  return batch.flatMap((item, i) => {
    const row = sender.appends
      ? (rows.find((one) => one?.request_id === item.requestId) ?? rows[i])
      : rows.find((one) => String(one?.id) === item.entity.id);
    // An answer that names others and not this one: there was nothing to change.
    if (!sender.appends && rows.length > 0 && !row) return failed(item.writes, noLongerThere(item.entity));
    return done(item.writes, row?.id === undefined ? undefined : String(row.id));
  });
}

export function requestIdOf(write: DueWrite): string {
  return `w-${write.id}`;
}
