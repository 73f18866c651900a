import type { Reading } from '@tributary/connector-kit';
import type { IntakeOutcome } from '@tributary/model';
import { type Tx, transaction } from '../platform/database/pool.ts';
import type { Connection, Work } from './connections.ts';
import { provide } from './provide.ts';
import { insertUnrecorded } from './store/inbox.sql.ts';
import { remember } from './store/memory.sql.ts';

/**
 * Records what was read and remembers it, in one transaction with its cause's end; unless that has ended before. What of it
 * can not be recorded is told by `doctor`, and in full by the log.
 */
export async function keep(
  work: Work,
  connection: Connection,
  reading: Reading,
  end: (tx: Tx) => Promise<boolean>,
): Promise<void> {
  const problemWith = (outcome: IntakeOutcome, i: number): string | undefined => {
    if (!('error' in outcome)) return undefined;
    // Who was deleted here may go on over there.
    return outcome.status === 'not_found' && reading.items[i]?.existingOnly ? undefined : outcome.error;
  };
  const recordAll = (isLastTry: boolean) =>
    transaction(work.db, async (tx) => {
      remember(tx, connection.id, reading.remember, work.clock.now());
      const [isOurs, outcomes] = await Promise.all([
        end(tx),
        reading.items.length === 0
          ? []
          : work.people.recordIn(tx, connection.workspaceId, reading.items, { keysAreNew: true }),
      ]);
      if (!isOurs) throw new RecordedAlready('by another process');
      const problems = outcomes.flatMap((outcome, i) => problemWith(outcome, i) ?? []);
      if (!isLastTry && problems.length > 0) throw new NotTaken('not all of it');
      insertUnrecorded(tx, connection.id, problems, work.clock.now());
      return outcomes;
    });
  const outcomes = await recordAll(false)
    .catch(async (error: unknown) => {
      if (!(error instanceof NotTaken)) throw error;
      await provide(work.people, connection.workspaceId, connection.connector);
      return await recordAll(true);
    })
    .catch((error: unknown) => {
      if (error instanceof RecordedAlready) return [];
      throw error;
    });
  for (const [i, outcome] of outcomes.entries()) {
    const problem = problemWith(outcome, i);
    if (problem === undefined) continue;
    work.log.error(
      { connection: connection.id, item: reading.items[i], error: problem },
      `${connection.connector.name}: what was read can not be recorded: ${problem}`,
    );
  }
}

/** What was written beside its end is to be undone. */
class RecordedAlready extends Error {}

/** Some of it can not be recorded as things are: somebody may have archived what the connector records with. */
class NotTaken extends Error {}
