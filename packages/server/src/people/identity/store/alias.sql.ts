import type { Queryable, Tx } from '../../../platform/database/pool.ts';

/** Whom these ids of people who were absorbed lead to now; ids that lead nowhere are absent. */
export async function findAliases(
  db: Queryable,
  workspaceId: number,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ oldId: string; personId: string }>({
    name: 'alias.find',
    text: `select old_id as "oldId", person_id as "personId" from person_alias
           where workspace_id = $1 and old_id = any($2::bigint[])`,
    values: [workspaceId, ids],
  });
  return new Map(rows.map((row) => [row.oldId, row.personId]));
}

/** The ids that lead to these people. */
export async function findFormer(
  db: Queryable,
  workspaceId: number,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ personId: string; former: string[] }>({
    name: 'alias.former',
    text: `select person_id as "personId", array_agg(old_id) as former from person_alias
           where workspace_id = $1 and person_id = any($2::bigint[]) group by person_id`,
    values: [workspaceId, ids],
  });
  return new Map(rows.map(({ personId, former }) => [personId, former]));
}

/** From now on the absorbed's id, and whatever led to it, leads to the survivor. */
export async function insertAlias(tx: Tx, workspaceId: number, of: Pair): Promise<void> {
  await tx.query(
    `with moved as (update person_alias set person_id = $3 where workspace_id = $1 and person_id = $2 returning old_id)
     update person_merge_snapshot set aliases = coalesce((select array_agg(old_id) from moved), '{}')
     where merge_id = $4`,
    [workspaceId, of.absorbed, of.survivor, of.mergeId],
  );
  await tx.query('insert into person_alias (workspace_id, old_id, person_id) values ($1, $2, $3)', [
    workspaceId,
    of.absorbed,
    of.survivor,
  ]);
}

/** The id is somebody again, and what led to it before leads to it again. */
export async function deleteAlias(tx: Tx, workspaceId: number, of: Pair): Promise<void> {
  await tx.query('delete from person_alias where workspace_id = $1 and old_id = $2', [workspaceId, of.absorbed]);
  await tx.query(
    `update person_alias a set person_id = $2 from person_merge_snapshot s
     where s.merge_id = $4 and a.workspace_id = $1 and a.old_id = any(s.aliases) and a.person_id = $3`,
    [workspaceId, of.absorbed, of.survivor, of.mergeId],
  );
}

/** Two people of one merge. */
export interface Pair {
  mergeId: string;
  survivor: string;
  absorbed: string;
}
