import { NeedsReconnect, type Remembered, RetryLater } from '@tributary/connector-kit';
import { z } from 'zod';
import { IMPORTED } from '../people/index.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import type { Connection, Work } from './connections.ts';
import { keep } from './keep.ts';
import { memoryOf } from './memory.ts';
import { recall, remember, updateMemory } from './store/memory.sql.ts';

/** How far reading what was there before has come. `next` is the connector's own. */
export interface Backfill {
  state: 'on' | 'done';
  /** What was read so far, in words. */
  told: string;
  next?: Remembered['value'] | undefined;
  /** Why the next piece waits, where reading it failed. */
  why?: string | undefined;
}

const stored = z.object({
  state: z.enum(['on', 'done']),
  told: z.string(),
  next: z.record(z.string(), z.unknown()).optional(),
  why: z.string().optional(),
});

/** Between two pieces: the other side's limit is for what happens now. */
const PAUSE_MS = 1000;
/** After a piece that failed, twice as long each time. */
const PAUSE_MAX_MS = 60_000;
const [kind, key] = ['backfill', 'past'];

const remembered = (state: Backfill): Remembered => ({ kind, key, value: { ...state } });

/**
 * Reads what was there before the account was connected, if that was asked for: one more piece each time it is called,
 * and no sooner than a pause after the last. Tells when the next is due. It starts no journey, as what comes by a file
 * does not. A piece that can not be read waits alone: what happens now goes on, and finds out by itself where nothing is
 * answered any more.
 */
export function createBackfill(work: Work, connection: Connection): () => Promise<Date | undefined> {
  const { session } = connection;
  let [from, dueAt, failures] = [new Date(0), new Date(0), 0];
  return async () => {
    if (!session.backfill) return undefined;
    const at = await backfillOf(work.db, connection.id);
    if (at?.state !== 'on') return undefined;
    const now = work.clock.now();
    // A pause that has not begun is none: the clock was set back.
    if (from <= now && now < dueAt) return dueAt;
    [from, dueAt] = [now, new Date(now.getTime() + PAUSE_MS)];
    const piece = await session.backfill(at.next, memoryOf(work, connection)).catch(whyAlone);
    if (work.closing.aborted && 'why' in piece) return undefined;
    failures = 'why' in piece ? failures + 1 : 0;
    if ('why' in piece) {
      dueAt = new Date(now.getTime() + Math.min(PAUSE_MS * 2 ** failures, PAUSE_MAX_MS));
      work.log.warn({ connection: connection.id, until: dueAt }, `what was there before waits: ${piece.why}`);
      const waits = { ...remembered({ ...at, why: piece.why }), was: remembered(at).value };
      await transaction(work.db, (tx) => updateMemory(tx, connection.id, waits, now));
      return dueAt;
    }
    const { reading, next, told } = piece;
    const items = reading.items.map((item) => ({ ...item, source: IMPORTED }));
    const then: Backfill = { state: next ? 'on' : 'done', told, next };
    // Not where somebody asked for it anew meanwhile, or connected another account.
    const goOn = (tx: Tx) => updateMemory(tx, connection.id, { ...remembered(then), was: remembered(at).value }, now);
    await keep(work, connection, { items, remember: reading.remember }, goOn);
    return next && dueAt;
  };
}

/** What is about this piece, as far as can be told: a pause that is asked for is for all. Throws all else. */
function whyAlone(error: unknown): { why: string } {
  const isAlone = error instanceof NeedsReconnect || (error instanceof RetryLater && !error.notBefore);
  if (!isAlone) throw error;
  return { why: error.message };
}

/** How far it is; undefined where it was never asked for. */
export async function backfillOf(db: Db, connectionId: number): Promise<Backfill | undefined> {
  return stored.safeParse((await recall(db, connectionId, kind, [key])).get(key)).data;
}

/** Asks for it, from the beginning. */
export function askForBackfill(tx: Tx, connectionId: number, now: Date): void {
  remember(tx, connectionId, [remembered({ state: 'on', told: 'nothing' })], now);
}
