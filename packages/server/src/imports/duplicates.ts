import type { Tx } from '../platform/database/pool.ts';
import type { Door } from './doors.ts';
import type { Planned } from './mapping/plan.ts';
import { insertSeen } from './store/seen.sql.ts';
import type { Foretold } from './take.ts';
import type { Import } from './types.ts';

/**
 * The rows whose activity would not be recorded, by the rule of those who record: the same key at the same moment of
 * the same kind and person is there, or came earlier in the file. What says no moment happens when its rows are taken.
 */
export async function duplicatesIn(
  tx: Tx,
  door: Door,
  { workspaceId, mapping }: Pick<Import, 'workspaceId' | 'mapping'>,
  rows: readonly { planned: Planned; preview: Foretold; rowNumber: number }[],
): Promise<Set<number>> {
  const duplicates = new Set(rows.flatMap(({ preview, rowNumber }) => (preview.isThere ? [rowNumber] : [])));
  const keyed = rows.flatMap(({ planned, preview, rowNumber }) => {
    const { id: activityId = '', key, at } = planned.activity ?? {};
    return key && !preview.isThere && preview.error === undefined ? [{ activityId, key, at, preview, rowNumber }] : [];
  });
  const known = keyed.flatMap(({ activityId, key, at, preview: { id }, rowNumber }) =>
    id && at ? [{ ownerId: id, activityId, key, occurredAt: at, rowNumber }] : [],
  );
  for (const place of await door.keyed(tx, workspaceId, known)) duplicates.add(known[place]!.rowNumber);

  const now = `with row ${rows[0]?.rowNumber}`;
  const wanted = keyed.map(({ activityId, key, at, preview, rowNumber }) => ({
    rowNumber,
    texts: namesOf(preview, mapping.mergeBy).map((name) => JSON.stringify([name, activityId, key, at ?? now])),
  }));
  const fresh = await insertSeen(tx, [...new Set(wanted.flatMap(({ texts }) => texts))]);
  for (const { texts, rowNumber } of wanted) {
    if (!texts.every((text) => fresh.has(text))) duplicates.add(rowNumber);
    for (const text of texts) fresh.delete(text);
  }
  return duplicates;
}

/** Somebody who would be made has no id yet, and is the same by any of the keys. */
function namesOf({ id, after = {} }: Foretold, mergeBy: readonly string[]): string[] {
  if (id !== undefined) return [id];
  return mergeBy.flatMap((field) => {
    const value = after[field];
    if (value === undefined || value === null || value === '') return [];
    return [JSON.stringify([field, field === 'str::email' ? String(value).toLowerCase() : value])];
  });
}
