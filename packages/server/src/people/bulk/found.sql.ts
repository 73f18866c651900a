import type { Fields } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import type { Entity } from '../filter/entity.ts';
import { type Key, keyText } from '../store/identity.sql.ts';

/** Whom these keys belong to, people or accounts; keys that belong to nobody are absent. */
export async function findOwners(
  db: Queryable,
  workspaceId: number,
  { keyTable, owner }: Entity,
  keys: readonly Key[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const { rows } = await db.query<Key & { id: string }>({
    name: `${keyTable}.owners`,
    text: `select i.field_id as "fieldId", i.value, i.${owner} as id
           from unnest($2::text[], $3::text[]) as k(field_id, value)
           join ${keyTable} i on i.workspace_id = $1 and i.field_id = k.field_id and i.value = k.value`,
    values: [workspaceId, keys.map((key) => key.fieldId), keys.map((key) => key.value)],
  });
  return new Map(rows.map((row) => [keyText(row), row.id]));
}

/** Those of these that intake would see: who is archived is not seen. */
export async function findSeen(
  db: Queryable,
  workspaceId: number,
  { table }: Entity,
  ids: readonly string[],
): Promise<{ id: string; fields: Fields }[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<{ id: string; fields: Fields }>({
    name: `${table}.seen_by_intake`,
    text: `select id, fields from ${table} where id = any($2::bigint[]) and workspace_id = $1 and archived_at is null`,
    values: [workspaceId, ids],
  });
  return rows;
}
