import type { Tx } from '../../platform/database/pool.ts';

/** A table of this transaction's own, for the keys of people and activities that have come by. */
export async function createSeen(tx: Tx): Promise<void> {
  await tx.query('create temporary table import_seen (key text primary key) on commit drop');
}

/** Notes these keys; returns those that have not come by before. */
export async function insertSeen(tx: Tx, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await tx.query<{ key: string }>(
    'insert into import_seen select unnest($1::text[]) on conflict do nothing returning key',
    [keys],
  );
  return new Set(rows.map(({ key }) => key));
}
