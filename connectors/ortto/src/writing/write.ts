import type { DueWrite, WriteOutcome } from '@tributary/connector-kit';
import { jsonBytes } from '@tributary/model';
import { RECORDS_MAX, REQUEST_MAX_BYTES } from '../speech/limits.ts';
import { outcomesOf } from './answer.ts';
import { type Record, recordOf } from './record.ts';
import type { Writer } from './writer.ts';

/** For what is around the records of a request. */
const FRAME_BYTES = 2_000;

/**
 * Writes what is due, many records in one request. Of one person a request
 * holds one record, and theirs go in the order they were asked for. A record
 * that Ortto does not take fails alone; what time may put right ends the whole,
 * and comes again: sent twice, a merge and an activity are there once.
 */
export async function* writeAll(writer: Writer, writes: readonly DueWrite[]): AsyncGenerator<WriteOutcome[]> {
  let left: readonly DueWrite[] = writes;
  while (left.length > 0) {
    const { settled, batch, rest } = nextBatch(writer, left);
    if (settled.length > 0) yield settled;
    if (batch.length > 0) yield* send(writer, batch);
    left = rest;
  }
}

interface Next {
  settled: WriteOutcome[];
  batch: Record[];
  rest: DueWrite[];
}

/** The first, and all that can go with it: the same call, nobody twice, and nobody before what was asked for earlier. */
function nextBatch({ times }: Writer, writes: readonly DueWrite[]): Next {
  const next: Next = { settled: [], batch: [], rest: [] };
  const waiting = new Set<string>();
  let call: string | undefined;
  let bytes = FRAME_BYTES;
  for (const write of writes) {
    if (waiting.has(write.target)) {
      next.rest.push(write);
      continue;
    }
    const record = recordOf(write, times);
    if ('why' in record) next.settled.push({ id: write.id, done: false, why: record.why });
    else if ('done' in record) next.settled.push({ id: write.id, done: true, reference: record.done });
    else {
      const size = jsonBytes(record.body) + 1;
      const own = JSON.stringify(record.call);
      call ??= own;
      const fits = next.batch.length < RECORDS_MAX && (next.batch.length === 0 || bytes + size <= REQUEST_MAX_BYTES);
      waiting.add(write.target);
      if (own !== call || !fits) next.rest.push(write);
      else {
        bytes += size;
        next.batch.push(record);
      }
    }
  }
  return next;
}

/** A refusal that does not say of each record what is wrong is narrowed down until it can only be about one. */
async function* send(writer: Writer, batch: readonly Record[]): AsyncGenerator<WriteOutcome[]> {
  const { path, list, shared } = batch[0]!.call;
  const answer = await writer.api.post(path, { [list]: batch.map(({ body }) => body), ...shared });
  const outcomes = outcomesOf(batch, list, answer);
  if (outcomes) {
    remember(writer, batch, outcomes);
    yield outcomes;
    return;
  }
  const half = Math.ceil(batch.length / 2);
  yield* send(writer, batch.slice(0, half));
  yield* send(writer, batch.slice(half));
}

function remember({ times }: Writer, batch: readonly Record[], outcomes: readonly WriteOutcome[]): void {
  const done = new Set(outcomes.filter((one) => one.done).map(({ id }) => id));
  for (const { write, says } of batch)
    if (done.has(write.id)) for (const id of says.fields) times.wrote(write.target, id, says.at);
}
