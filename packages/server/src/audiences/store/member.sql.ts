import type { Queryable } from '../../platform/database/pool.ts';

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
