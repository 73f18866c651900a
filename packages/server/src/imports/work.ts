import type { EntityKind } from '@tributary/model';
import type { Clock } from '../platform/clock.ts';
import { isNotNow, isRefusal } from '../platform/database/not-now.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Turn } from '../platform/loop.ts';
import type { Presence } from '../platform/presence.ts';
import type { Doors } from './doors.ts';
import { createReader, type Reader } from './file/reader.ts';
import { type FileRow, isEmptyRow } from './file/rows.ts';
import { kinds } from './kinds.ts';
import { catalogFor } from './mapping/catalog.ts';
import { createPlan, type Planned } from './mapping/plan.ts';
import { deleteChunks } from './store/chunk.sql.ts';
import { lockRunning, updateFailed, updateProgress } from './store/import.sql.ts';
import { insertRejected } from './store/rejected.sql.ts';
import type { Taker } from './take.ts';
import type { Counts, Import, Rejected } from './types.ts';

/** Rows taken in one transaction: long enough to be fast, short enough that nobody waits long for a person. */
const BATCH = 500;
/** One process takes imports; others stand by. Connections lead by their numbers, which begin at 1. */
const MATTER = -7;
const FAILURES_MAX = 5;

export interface Worker {
  doors: Doors;
  takers: Readonly<Record<EntityKind, Taker>>;
  db: Db;
  presence: Presence;
  clock: Clock;
  log: Log;
}

/**
 * The turn that takes the next rows of an import that runs. What they became,
 * and how far the file is taken, is one transaction: killed at any moment, a row
 * is taken once.
 */
export function createTurn(of: Worker): () => Promise<Turn> {
  const { db, clock, log } = of;
  const readers = new Map<string, Reader>();
  /** Of imports with a row in the next ones that the database refuses: how many are to be taken one by one. */
  const singly = new Map<string, number>();
  const failures = new Map<string, number>();

  const readerOf = (it: Import): Reader => {
    const kept = readers.get(it.id);
    if (kept && kept.position() === it.position) return kept;
    const made = createReader(it, it.position);
    readers.clear();
    readers.set(it.id, made);
    return made;
  };

  return async () => {
    if (!(await of.presence.leads(MATTER))) return undefined;
    let it: Import | undefined;
    /** With `refused` to reject the row that was; its import may have been stopped, and then it is another's turn. */
    const attempt = (refused?: { id: string; why: string }): Promise<boolean> =>
      transaction(db, async (tx) => {
        it = await lockRunning(tx);
        if (!it) return false;
        const alone = singly.get(it.id);
        const rows = await readerOf(it).next(tx, alone ? 1 : BATCH);
        await takeRows(tx, of, it, rows, refused?.id === it.id ? refused.why : undefined);
        return true;
      });
    try {
      if (!(await attempt())) return undefined;
      succeeded(it!.id);
      return 'more';
    } catch (error) {
      readers.clear();
      if (!it || isNotNow(error)) throw error;
      if (isRefused(error)) {
        if (!singly.has(it.id)) {
          singly.set(it.id, BATCH);
          return 'more';
        }
        if (!(await attempt({ id: it.id, why: messageOf(error) }))) return undefined;
        succeeded(it.id);
        return 'more';
      }
      const failed = (failures.get(it.id) ?? 0) + 1;
      failures.set(it.id, failed);
      if (failed < FAILURES_MAX) throw error;
      failures.delete(it.id);
      log.error({ err: error, import: it.id }, `import ${it.id} has failed: ${messageOf(error)}`);
      const { id } = it;
      await transaction(db, (tx) => updateFailed(tx, id, messageOf(error), clock.now()));
      return 'more';
    }
  };

  function succeeded(id: string): void {
    failures.delete(id);
    const left = singly.get(id);
    if (left === undefined) return;
    if (left <= 1) singly.delete(id);
    else singly.set(id, left - 1);
  }
}

/** A row that is refused where only writing it tells: by the database itself, or because its account is full. */
const isRefused = (error: unknown): boolean => error instanceof UserError || isRefusal(error);

async function takeRows(
  tx: Tx,
  of: Worker,
  it: Import,
  rows: readonly FileRow[],
  refused: string | undefined,
): Promise<void> {
  const { clock } = of;
  const counts: Counts = { created: 0, merged: 0, untouched: 0, duplicate: 0, rejected: 0 };
  if (rows.length === 0) {
    await deleteChunks(tx, it.id);
    await updateProgress(tx, it.id, { position: it.bytes, rowNumber: it.rowNumber, counts, done: true }, clock.now());
    return;
  }
  const rejected: Rejected[] = [];
  const reject = (at: number, reason: string): void => {
    rejected.push({ rowNumber: it.rowNumber + 1 + at, reason, cells: rows[at]!.cells });
  };
  const plan = createPlan(it, await catalogFor(of.doors, tx, it.workspaceId, it.kind));
  const good: { planned: Planned; at: number }[] = [];
  for (const [at, row] of rows.entries()) {
    if (isEmptyRow(row)) continue;
    const read = row.problem ? { error: row.problem } : refused ? { error: refused } : plan(row.cells);
    if ('error' in read) reject(at, read.error);
    else good.push({ planned: read, at });
  }
  const taken = await of.takers[kinds[it.kind].of].take(
    tx,
    it,
    good.map(({ planned }) => planned),
  );
  for (const [i, { at }] of good.entries()) {
    const outcome = taken[i]!;
    if ('error' in outcome) reject(at, outcome.error);
    else counts[outcome.status] += 1;
  }
  counts.rejected = rejected.length;
  rejected.sort((a, b) => a.rowNumber - b.rowNumber);
  await insertRejected(tx, it.workspaceId, it.id, rejected);
  const end = rows.at(-1)!.end;
  const progress = { position: end, rowNumber: it.rowNumber + rows.length, counts, done: false };
  await updateProgress(tx, it.id, progress, clock.now());
}
