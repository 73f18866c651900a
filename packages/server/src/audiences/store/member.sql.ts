import { withOnePlan } from '../../platform/database/one-plan.ts';
import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** The members after one of them, by id. */
export async function listMembersAfter(db: Queryable, id: number, after: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ personId: string }>({
    name: 'audience.members_after',
    text: `select person_id as "personId" from audience_member where audience_id = $1 and person_id > $2::bigint
           order by person_id limit $3`,
    values: [id, after, limit],
  });
  return rows.map(({ personId }) => personId);
}

/** The audiences that each of these people belongs to; nobody who belongs to none. */
export async function listAudiencesOf(tx: Tx, people: readonly string[]): Promise<Map<string, Set<number>>> {
  const { rows } = await withOnePlan(tx, () =>
    tx.query<{ personId: string; audiences: number[] }>({
      name: 'audience.of_people',
      text: `select person_id as "personId", array_agg(audience_id) as audiences from audience_member
             where person_id = any($1::bigint[]) group by person_id`,
      values: [people],
    }),
  );
  return new Map(rows.map(({ personId, audiences }) => [personId, new Set(audiences)]));
}
