import type { PersonalMemory, Remembered } from '@tributary/connector-kit';
import { type Queryable, send, type Tx } from '../../platform/database/pool.ts';

export async function recall(
  db: Queryable,
  connectionId: number,
  kind: string,
  keys: readonly string[],
): Promise<Map<string, Remembered['value']>> {
  if (keys.length === 0) return new Map();
  const { rows } = await db.query<{ key: string; value: Remembered['value'] }>({
    name: 'memory.recall',
    text: 'select key, value from connector_memory where connection_id = $1 and kind = $2 and key = any($3)',
    values: [connectionId, kind, keys],
  });
  return new Map(rows.map((row) => [row.key, row.value]));
}

/** Remembers; of several values for one key, the last stays. */
export function remember(tx: Tx, connectionId: number, things: readonly Remembered[], now: Date): void {
  const last = [...new Map(things.map((thing) => [`${thing.kind}\n${thing.key}`, thing])).values()];
  if (last.length === 0) return;
  send(tx, {
    name: 'memory.remember',
    text: `insert into connector_memory (connection_id, kind, key, value, remembered_at)
           select $1, m.kind, m.key, m.value, $5
           from unnest($2::text[], $3::text[], $4::jsonb[]) as m(kind, key, value) order by m.kind, m.key
           on conflict (connection_id, kind, key) do update set value = excluded.value, remembered_at = $5`,
    values: [
      connectionId,
      last.map((thing) => thing.kind),
      last.map((thing) => thing.key),
      last.map((thing) => JSON.stringify(thing.value)),
      now,
    ],
  });
}

/** Remembers it where it is still as it was. Returns whether it was. */
export async function updateMemory(
  tx: Tx,
  connectionId: number,
  { kind, key, value, was }: Remembered & { was: Remembered['value'] },
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update connector_memory set value = $5, remembered_at = $6
     where connection_id = $1 and kind = $2 and key = $3 and value = $4::jsonb`,
    [connectionId, kind, key, JSON.stringify(was), JSON.stringify(value), now],
  );
  return rowCount === 1;
}

/** Forgets all that was remembered. */
export function deleteMemories(tx: Tx, connectionId: number): void {
  send(tx, { text: 'delete from connector_memory where connection_id = $1', values: [connectionId] });
}

/** Blanks what is personal in memories. */
export async function blankMemories(tx: Tx, connectionId: number, memory: PersonalMemory): Promise<void> {
  await tx.query(
    `update connector_memory m
     set value = m.value || coalesce((select jsonb_object_agg(p, '') from unnest($5::text[]) p where m.value ? p), '{}')
     where connection_id = $1 and kind = $2 and case when $3 = 'key' then key else value->>$3 end = any($4::text[])`,
    [connectionId, memory.kind, memory.by, memory.values, memory.blank],
  );
}
