import type { Tx } from '../../platform/database/pool.ts';

/** Somebody who would enter a journey, as their earlier runs are looked for. */
export interface Looked {
  /** Which of those asked about. */
  place: number;
  journeyId: number;
  personId: string;
  key: string;
  /** The key that the run would have. */
  runKey: string;
  beginId: string;
}

/** What there is of a person's runs of a journey already. */
export interface Before {
  place: number;
  /** One is inside with the key that the new one would have. */
  inside: boolean;
  /** One was started by the same. */
  begun: boolean;
  /** When one last entered with this key. */
  last: Date | null;
  /** How many have entered with this key since a moment. */
  recent: number;
}

/**
 * The earlier runs of these people, where there are any. Looked at, and not left to the unique indexes: to insert next to
 * a run that the engine has in hand would wait for it, while it waits for the people. Tries do not count.
 */
export async function listBefore(tx: Tx, looked: readonly Looked[], since: Date): Promise<Before[]> {
  const { rows } = await tx.query<Before>({
    name: 'run.before',
    // A key of a run that could be one of several at once goes on with "#" and what started it.
    text: `select a.place, coalesce(bool_or(r.left_at is null and r.entry_key = a.run_key), false) as inside,
                  coalesce(bool_or(r.entry_activity_id = a.begin_id), false) as begun,
                  max(r.entered_at) filter (where own) as last,
                  (count(*) filter (where own and r.entered_at > $7))::int as recent
           from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
             as a(place, journey_id, person_id, key, run_key, begin_id)
           join run r on r.person_id = a.person_id and r.journey_id = a.journey_id
           cross join lateral (select not r.test and (r.entry_key = a.key
             or r.entry_key = a.key || '#' || r.entry_activity_id) as own) o
           group by a.place`,
    values: [
      looked.map((l) => l.place),
      looked.map((l) => l.journeyId),
      looked.map((l) => l.personId),
      looked.map((l) => l.key),
      looked.map((l) => l.runKey),
      looked.map((l) => l.beginId),
      since,
    ],
  });
  return rows;
}
