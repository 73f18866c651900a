import type { EntityKind } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { Entity } from '../filter/entity.ts';
import { spelled } from './spelled.sql.ts';

/** A field that people, or accounts, are found by, built in or not. */
export interface KeyField {
  workspaceId: number;
  fieldId: string;
  displayType: string;
  entity: EntityKind;
}

/**
 * Says of fields just made keys, now that this is there for everybody, when everybody knows of it. How many are to be
 * looked over, these included.
 */
export async function updateMadeKeys(db: Queryable, graceMs: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `with made as (
       update field set key_settles_at = clock_timestamp() + $1 * interval '1 ms' where key_settles_at = 'infinity'
     )
     select count(*)::int as n from field where key_settles_at is not null`,
    [graceMs],
  );
  return rows[0]!.n;
}

/** One that was made a key, of which everybody knows, when nobody is at work any more who may have begun before. No other process has it. */
export async function takeUnsettledKey(tx: Tx): Promise<KeyField | undefined> {
  const { rows } = await tx.query<KeyField>(
    `select f.workspace_id as "workspaceId", f.id as "fieldId", f.display_type as "displayType", f.entity from field f
     where f.key_settles_at < clock_timestamp() and not exists (
       select from pg_stat_activity a
       where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
         and a.xact_start < f.key_settles_at)
     limit 1 for update skip locked`,
  );
  return rows[0];
}

export async function updateKeySettled(tx: Tx, { workspaceId, fieldId }: KeyField): Promise<void> {
  await tx.query('update field set key_settles_at = null where workspace_id = $1 and id = $2', [workspaceId, fieldId]);
}

/** Gives up keys that are not what the field says; but not of people who have other names besides. */
export async function deleteStaleKeys(
  tx: Tx,
  { table, keyTable, owner }: Entity,
  { workspaceId, fieldId }: KeyField,
): Promise<void> {
  await tx.query(
    `with stale as materialized (
       select i.value, p.id
       from ${keyTable} i join ${table} p on p.id = i.${owner} join field f on f.workspace_id = $1 and f.id = $2
       where i.workspace_id = $1 and i.field_id = $2 and ${spelled} is distinct from i.value
         and not exists (select from person_alias a where a.workspace_id = $1 and a.person_id = p.id)
       order by p.id for update of p
     )
     delete from ${keyTable} i using stale s
     where i.workspace_id = $1 and i.field_id = $2 and i.value = s.value and i.${owner} = s.id`,
    [workspaceId, fieldId],
  );
}

/** Writes the keys that are nobody's and stand in somebody's field. */
export async function insertLackingKeys(
  tx: Tx,
  { table, keyTable, owner }: Entity,
  { workspaceId, fieldId, displayType }: Omit<KeyField, 'entity'>,
): Promise<void> {
  await tx.query(
    `with lacking as materialized (
       select p.id, ${spelled} as value
       from ${table} p cross join (select $3::text) as f(display_type)
       where p.workspace_id = $1 and p.archived_at is null and ${spelled} ~ '\\S' and not exists (
         select from ${keyTable} i where i.workspace_id = $1 and i.field_id = $2 and i.value = ${spelled})
       order by p.id for update of p
     )
     insert into ${keyTable} (workspace_id, field_id, value, ${owner})
     select $1, $2, value, id from lacking order by id
     on conflict do nothing`,
    [workspaceId, fieldId, displayType],
  );
}
