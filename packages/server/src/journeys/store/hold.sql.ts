import type { Tx } from '../../platform/database/pool.ts';
import type { JourneyState } from './journey.sql.ts';

/** The first half of the lock on journey N: held by all who move its runs, and alone by who changes the journey. */
const JOURNEY_LOCK = 7_482_030;

/** How a journey stands while its runs are moved. */
export interface JourneyNow {
  id: number;
  state: JourneyState;
  /** The live version; null where none was published. */
  live: number | null;
}

/**
 * Nobody changes these journeys until the transaction ends. Those that somebody is changing, or waits to change, are left
 * out: whoever moves runs holds these already, and must not wait for somebody who waits for them.
 */
export async function holdJourneys(tx: Tx, ids: readonly number[]): Promise<Map<number, JourneyNow>> {
  const asked = [...new Set(ids)];
  if (asked.length === 0) return new Map();
  // Sent together, and run one after the other: only a statement that begins once the lock is held sees what the last to
  // change them has written.
  const [{ rows: held }, { rows }] = await Promise.all([
    tx.query<{ id: number }>({
      name: 'journey.hold',
      text: `select id from unnest($1::int[]) id where pg_try_advisory_xact_lock_shared(${JOURNEY_LOCK}, id)`,
      values: [asked],
    }),
    tx.query<JourneyNow>({
      name: 'journey.now',
      text: 'select id, state, live_version as live from journey where id = any($1::int[])',
      values: [asked],
    }),
  ]);
  const ours = new Set(held.map(({ id }) => id));
  return new Map(rows.filter(({ id }) => ours.has(id)).map((row) => [row.id, row]));
}

/** Nobody moves runs of this journey until the transaction ends; waits for those who do. */
export async function lockJourney(tx: Tx, id: number): Promise<void> {
  await tx.query({
    name: 'journey.lock',
    text: `select pg_advisory_xact_lock(${JOURNEY_LOCK}, $1)`,
    values: [id],
  });
}
