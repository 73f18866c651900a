import type { Remembered } from '@tributary/connector-kit';
import { z } from 'zod';
import { IMPORTED } from '../people/index.ts';
import type { Db, Tx } from '../platform/database/pool.ts';
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
}

const stored = z.object({
  state: z.enum(['on', 'done']),
  told: z.string(),
  next: z.record(z.string(), z.unknown()).optional(),
});

/** Between two pieces: the other side's limit is for what happens now. */
const PAUSE_MS = 1000;
const [kind, key] = ['backfill', 'past'];

const remembered = (state: Backfill): Remembered => ({ kind, key, value: { ...state } });

/**
 * Reads what was there before the account was connected, if that was asked for: one more piece each time it is called,
 * and no sooner than a pause after the last. Tells when the next is due. It starts no journey, as what comes by a file
 * does not.
 */
export function createBackfill(work: Work, connection: Connection): () => Promise<Date | undefined> {
  const { session } = connection;
  let dueAt = new Date(0);
  return async () => {
    if (!session.backfill) return undefined;
    const at = await backfillOf(work.db, connection.id);
    if (at?.state !== 'on') return undefined;
    const now = work.clock.now();
    const wait = dueAt.getTime() - now.getTime();
    // Longer, and the clock was set back.
    if (wait > 0 && wait <= PAUSE_MS) return dueAt;
    dueAt = new Date(now.getTime() + PAUSE_MS);
    const { reading, next, told } = await session.backfill(at.next, memoryOf(work, connection));
    const items = reading.items.map((item) => ({ ...item, source: IMPORTED }));
    const then: Backfill = { state: next ? 'on' : 'done', told, next };
    // Not where somebody asked for it anew meanwhile, or connected another account.
    const goOn = (tx: Tx) => updateMemory(tx, connection.id, { ...remembered(then), was: remembered(at).value }, now);
    await keep(work, connection, { items, remember: reading.remember }, goOn);
    return next && dueAt;
  };
}

/** How far it is; undefined where it was never asked for. */
export async function backfillOf(db: Db, connectionId: number): Promise<Backfill | undefined> {
  return stored.safeParse((await recall(db, connectionId, kind, [key])).get(key)).data;
}

/** Asks for it, from the beginning. */
export function askForBackfill(tx: Tx, connectionId: number, now: Date): void {
  remember(tx, connectionId, [remembered({ state: 'on', told: 'nothing' })], now);
}
