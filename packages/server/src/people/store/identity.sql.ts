import { type Queryable, send, type Tx } from '../../platform/database/pool.ts';
import type { Entity } from '../filter/entity.ts';
import { spelled } from './spelled.sql.ts';

export interface Key {
  fieldId: string;
  value: string;
}

/** One text for a key, to look it up in maps. */
export const keyText = (key: Key): string => `${key.fieldId}\n${key.value}`;

/** Who these keys belong to; keys that belong to nobody are absent. */
export async function findByKeys(
  db: Queryable,
  workspaceId: number,
  keys: readonly Key[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const { rows } = await db.query<Key & { personId: string }>({
    name: 'identity.find',
    text: `select i.field_id as "fieldId", i.value, i.person_id as "personId"
           from unnest($2::text[], $3::text[]) as k(field_id, value)
           join identity i on i.workspace_id = $1 and i.field_id = k.field_id and i.value = k.value`,
    values: [workspaceId, keys.map((key) => key.fieldId), keys.map((key) => key.value)],
  });
  return new Map(rows.map((row) => [keyText(row), row.personId]));
}

/**
 * Claims keys for people. Sorted, so that two transactions that claim the same
 * keys wait for each other in one order. Returns the keys that were free.
 */
export async function insertKeys(
  tx: Tx,
  workspaceId: number,
  claims: readonly (Key & { personId: string })[],
): Promise<Set<string>> {
  if (claims.length === 0) return new Set();
  const { rows } = await tx.query<Key>({
    name: 'identity.insert',
    text: `insert into identity (workspace_id, field_id, value, person_id)
           select $1, k.field_id, k.value, k.person_id
           from unnest($2::text[], $3::text[], $4::bigint[]) as k(field_id, value, person_id)
           order by k.field_id, k.value
           on conflict do nothing
           returning field_id as "fieldId", value`,
    values: [
      workspaceId,
      claims.map((claim) => claim.fieldId),
      claims.map((claim) => claim.value),
      claims.map((claim) => claim.personId),
    ],
  });
  return new Set(rows.map(keyText));
}

/** Gives up keys that a person no longer has; keys of others stay. */
export function deleteKeys(tx: Tx, workspaceId: number, keys: readonly (Key & { personId: string })[]): void {
  if (keys.length === 0) return;
  send(tx, {
    name: 'identity.delete',
    text: `delete from identity i using unnest($2::text[], $3::text[], $4::bigint[]) as k(field_id, value, person_id)
     where i.workspace_id = $1 and i.field_id = k.field_id and i.value = k.value and i.person_id = k.person_id`,
    values: [
      workspaceId,
      keys.map((key) => key.fieldId),
      keys.map((key) => key.value),
      keys.map((key) => key.personId),
    ],
  });
}

/** Fills in the keys of everyone who already has a value in a field that has just become a key, as `keyValue` spells them. */
export async function insertKeysOfAll(
  tx: Tx,
  { table, keyTable, owner }: Entity,
  workspaceId: number,
  fieldId: string,
): Promise<void> {
  await tx.query(
    `insert into ${keyTable} (workspace_id, field_id, value, ${owner})
     select $1, $2, ${spelled}, p.id
     from ${table} p join field f on f.workspace_id = $1 and f.id = $2
     where p.workspace_id = $1 and p.archived_at is null and ${spelled} ~ '\\S' order by p.id
     on conflict do nothing`,
    [workspaceId, fieldId],
  );
}
