import type { Reading } from '@tributary/connector-kit';
import { type Tx, transaction } from '../platform/database/pool.ts';
import type { Connection, Work } from './connections.ts';
import { remember } from './store/memory.sql.ts';

/** Records what was read and remembers it, in one transaction with its cause's end; unless that has ended before. */
export async function keep(
  work: Work,
  connection: Connection,
  reading: Reading,
  end: (tx: Tx) => Promise<boolean>,
): Promise<void> {
  const recorded = transaction(work.db, async (tx) => {
    remember(tx, connection.id, reading.remember, work.clock.now());
    const [isOurs, outcomes] = await Promise.all([
      end(tx),
      reading.items.length === 0
        ? []
        : work.people.recordIn(tx, connection.workspaceId, reading.items, { keysAreNew: true }),
    ]);
    if (!isOurs) throw new RecordedAlready('by another process');
    return outcomes;
  });
  const outcomes = await recorded.catch((error: unknown) => {
    if (error instanceof RecordedAlready) return [];
    throw error;
  });
  for (const [i, outcome] of outcomes.entries()) {
    if (!('error' in outcome)) continue;
    // Who was deleted here may go on over there.
    if (outcome.status === 'not_found' && reading.items[i]?.existingOnly) continue;
    work.log.error(
      { connection: connection.id, item: reading.items[i], error: outcome.error },
      `${connection.connector.name}: what was read can not be recorded: ${outcome.error}`,
    );
  }
}

/** What was written beside its end is to be undone. */
class RecordedAlready extends Error {}
