import type { Queryable } from '../../platform/database/pool.ts';

/** A person and a day of theirs, from its midnight to the next. */
export interface PersonDay {
  personId: string;
  from: Date;
  to: Date;
}

/** How often these people did each of these things on a day; what was not done is left out. */
export async function countByDay(
  db: Queryable,
  days: readonly PersonDay[],
  definitionIds: readonly number[],
): Promise<{ personId: string; definitionId: number; day: Date; count: number }[]> {
  if (days.length === 0) return [];
  const { rows } = await db.query({
    name: 'activity.count-by-day',
    text: `select k.person_id as "personId", a.definition_id as "definitionId", k.day_begins as day, count(*)::int as count
           from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) as k(person_id, day_begins, day_ends)
           join activity a on a.person_id = k.person_id and a.occurred_at >= k.day_begins and a.occurred_at < k.day_ends
           where a.definition_id = any($4::int[])
           group by 1, 2, 3`,
    values: [days.map((d) => d.personId), days.map((d) => d.from), days.map((d) => d.to), definitionIds],
  });
  return rows;
}

/** An activity as its key tells it apart from the others of its kind that its person has at that moment. */
export interface KeyedOfPerson {
  personId: string;
  definitionId: number;
  at: Date;
  key: string;
}

/** Of activities with a key of their own, those that are there. */
export async function findKeyed(db: Queryable, keyed: readonly KeyedOfPerson[]): Promise<KeyedOfPerson[]> {
  if (keyed.length === 0) return [];
  const { rows } = await db.query({
    name: 'activity.find-keyed',
    text: `select a.person_id as "personId", a.definition_id as "definitionId", a.occurred_at as at, a.key
           from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::int[])
                as k(person_id, occurred_at, key, definition_id)
           join activity a using (person_id, occurred_at, key, definition_id)
           where a.key is not null`,
    values: [
      keyed.map((k) => k.personId),
      keyed.map((k) => k.at),
      keyed.map((k) => k.key),
      keyed.map((k) => k.definitionId),
    ],
  });
  return rows;
}
