import { NeedsReconnect, RetryLater, type WriteOutcome } from '@tributary/connector-kit';
import { transaction } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import type { Connection, Work } from './connections.ts';
import { actionItem } from './hear.ts';
import { memoryOf } from './memory.ts';
import {
  type ClaimedWrite,
  claimSuspect,
  claimWrites,
  postponeWrite,
  requeueWrites,
  settleWrites,
  uncountTry,
} from './store/outbox.sql.ts';

const WRITES_AT_ONCE = 50;
/** Tried with others so often without an answer, a write is tried alone: one of them may be what the other side falls over. */
const TRIES_TOGETHER = 5;
/** Alone so often, over half an hour, while reading works: it is given up, and kept for a person to see. */
const TRIES_ALONE = 6;
const FIRST_PAUSE_ALONE_MS = 60_000;

/**
 * Writes what is due. What an answer was lost for stays "writing", and is looked up before it is tried again. Throws
 * where everything has to wait; a write that fails alone waits alone, unless `isThere` throws: then the other side fails
 * over everything, and not over this. True when there may be more to do at once.
 */
export async function writeDue(work: Work, connection: Connection, isThere: () => Promise<void>): Promise<boolean> {
  const limit = connection.connector.writesAtOnce ?? WRITES_AT_ONCE;
  const due = await claimWrites(work.db, connection.id, {
    limit,
    triesTogether: TRIES_TOGETHER,
  });
  if (due.length > 0) await write(work, connection, due);
  const suspect = await claimSuspect(work.db, connection.id, work.clock.now());
  if (suspect) await writeAlone(work, connection, suspect, isThere);
  return due.length === limit || suspect !== undefined;
}

async function write(work: Work, connection: Connection, due: readonly ClaimedWrite[]): Promise<void> {
  const open = new Map(due.map((one) => [one.id, one]));
  try {
    for await (const outcomes of connection.session.write(due, memoryOf(work, connection))) {
      await settle(work, connection, open, outcomes);
      for (const { id } of outcomes) open.delete(id);
    }
  } catch (error) {
    const surelyNot = error instanceof NeedsReconnect || (error instanceof RetryLater && error.applied === 'no');
    if (surelyNot) await requeueWrites(work.db, [...open.keys()]);
    throw error;
  }
  if (open.size > 0) throw new Error(`${connection.connector.id} gave no outcome for ${open.size} writes`);
}

/** Its failure is its own: the others go on, and after enough tries it is given up where it can be seen. */
async function writeAlone(
  work: Work,
  connection: Connection,
  suspect: ClaimedWrite,
  isThere: () => Promise<void>,
): Promise<void> {
  try {
    await write(work, connection, [suspect]);
  } catch (error) {
    if (!(error instanceof RetryLater) || error.applied === 'no') throw error;
    await isThere().catch(async (failure: unknown) => {
      await uncountTry(work.db, suspect.id);
      throw failure;
    });
    const alone = suspect.attempts - TRIES_TOGETHER;
    if (alone >= TRIES_ALONE) {
      const why = `given up after ${suspect.attempts} tries: ${error.message}`;
      await settle(work, connection, new Map([[suspect.id, suspect]]), [{ id: suspect.id, done: false, why }]);
      return;
    }
    const until = new Date(work.clock.now().getTime() + FIRST_PAUSE_ALONE_MS * 2 ** (alone - 1));
    await postponeWrite(work.db, suspect.id, until, error.message);
    work.log.warn(
      { connection: connection.id, write: suspect.id, tries: suspect.attempts, until },
      `${connection.connector.name}: a ${suspect.kind} fails, alone too, and waits: ${error.message}`,
    );
  }
}

async function settle(
  work: Work,
  connection: Connection,
  open: ReadonlyMap<string, ClaimedWrite>,
  outcomes: readonly WriteOutcome[],
): Promise<void> {
  const items = outcomes.flatMap((outcome) => {
    const asked = open.get(outcome.id);
    if (!asked?.about) return [];
    return outcome.done
      ? [actionItem('act::sja', asked.personId, asked.about, `done: ${outcome.reference ?? asked.target}`)]
      : [actionItem('act::fja', asked.personId, asked.about, outcome.why)];
  });
  for (const outcome of outcomes) {
    if (outcome.done || outcome.moot) continue;
    work.log.warn(
      { connection: connection.id, write: outcome.id },
      `${connection.connector.name}: a ${open.get(outcome.id)?.kind ?? 'write'} failed: ${messageOf(outcome.why)}`,
    );
  }
  await transaction(work.db, async (tx) => {
    await settleWrites(tx, outcomes, work.clock.now());
    if (items.length > 0) await work.people.recordIn(tx, connection.workspaceId, items);
  });
}
