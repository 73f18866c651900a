import type { Fields } from '@tributary/model';
import { IMPORTED, type People, type Preview, type SchemaField } from '../people/index.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import type { Door, Item } from './doors.ts';
import { kinds } from './kinds.ts';
import type { Planned } from './mapping/plan.ts';
import { type Ties, tiesOf } from './ties.ts';
import type { Import } from './types.ts';

/** What became of a row. */
export type Taken = { status: 'created' | 'merged' | 'untouched' | 'duplicate' } | { error: string };

/** What would become of it, and of the account that it says somebody belongs to; `isThere` by the id it was exported with. */
export type Foretold = Preview & { account?: Preview | undefined; isThere?: true };

/** The way of rows into the people room. */
export interface Taker {
  take(tx: Tx, of: Import, rows: readonly Planned[]): Promise<Taken[]>;
  /** What `take` would do. */
  preview(tx: Tx, of: Import, rows: readonly Planned[], fields: readonly SchemaField[]): Promise<Foretold[]>;
}

export function createTaker(people: People, door: Door): Taker {
  return {
    async take(tx, of, rows) {
      const { items, errors, ties } = await prepare(people, door, tx, of, rows);
      const there = await alreadyThere(door, tx, of, rows, items);
      const asked = items.flatMap((item, row) => (item && !there.has(row) ? [{ item, row }] : []));
      const outcomes = await door.recordIn(
        tx,
        of.workspaceId,
        asked.map(({ item }) => item),
      );
      const taken = new Map<number, Taken>();
      const members: { row: number; personId: string }[] = [];
      for (const [i, { row }] of asked.entries()) {
        const outcome = outcomes[i]!;
        if ('error' in outcome) {
          taken.set(row, outcome);
          continue;
        }
        taken.set(row, { status: outcome.duplicate ? 'duplicate' : outcome.status });
        if (outcome.status !== 'untouched') members.push({ row, personId: outcome.id });
      }
      await ties.tie(tx, members);
      return rows.map((_, row) => errors.get(row) ?? taken.get(row) ?? { status: 'duplicate' });
    },
    async preview(tx, of, rows, fields) {
      const { items, errors, ties } = await prepare(people, door, tx, of, rows);
      const there = await alreadyThere(door, tx, of, rows, items);
      const asked = items.flatMap((item, row) => (item && !there.has(row) ? [{ item, row }] : []));
      const previews = await door.preview(
        tx,
        of.workspaceId,
        asked.map(({ item }) => item),
        fields,
      );
      const told = new Map(
        asked.map(({ row }, i) => {
          const preview = previews[i]!;
          const isTied = preview.status === 'created' || preview.status === 'merged';
          return [row, { ...preview, account: isTied ? ties.previewOf(row) : undefined }];
        }),
      );
      return rows.map(({ id }, row): Foretold => {
        if (there.has(row)) return { status: 'merged', isThere: true, id: id! };
        return told.get(row) ?? { status: 'not_found', error: errors.get(row)?.error ?? '' };
      });
    },
  };
}

/** Rows as they are to be recorded, without those of which it is known already that they can not be. */
async function prepare(
  people: People,
  door: Door,
  db: Queryable,
  of: Import,
  rows: readonly Planned[],
): Promise<{ items: (Item | undefined)[]; errors: ReadonlyMap<number, { error: string }>; ties: Ties }> {
  const ties = await tiesOf(people, db, of, rows);
  const ids = [...new Set(rows.flatMap((row) => row.id ?? []))];
  const known = ids.length > 0 ? await door.known(db, of.workspaceId, ids) : new Set<string>();
  const errors = new Map(ties.errors);
  const items = rows.map((row, i) => {
    const item = itemOf(of, row, known);
    if (!item) errors.set(i, { error: NOBODY[kinds[of.kind].of] });
    return errors.has(i) ? undefined : item;
  });
  return { items, errors, ties };
}

const NOBODY = {
  person: 'nobody here has that id, and nothing else is given to find them by',
  account: 'no account here has that id, and nothing else is given to find it by',
} as const;

/** An id that is known here names whom it is about; one that is not, from another installation perhaps, leaves it to the merge keys. */
function itemOf({ mapping }: Import, row: Planned, known: ReadonlySet<string>): Item | undefined {
  const named = row.id !== undefined && known.has(row.id);
  if (!named && mapping.mergeBy.length === 0) return undefined;
  const { activity } = row;
  return {
    who: named ? { id: row.id! } : { by: mapping.mergeBy },
    fields: row.fields as Fields,
    strategy: mapping.mergeStrategy,
    existingOnly: mapping.existingOnly,
    tags: row.tags,
    source: IMPORTED,
    ...(activity
      ? {
          history: true,
          activity: {
            id: activity.id,
            attributes: activity.attributes,
            ...(activity.at ? { at: activity.at } : {}),
            ...(activity.key ? { key: activity.key } : {}),
          },
        }
      : {}),
  };
}

/** Those of these activities, by the ids they were exported with, that never left. */
async function alreadyThere(
  door: Door,
  tx: Tx,
  { workspaceId }: Import,
  rows: readonly Planned[],
  items: readonly (Item | undefined)[],
): Promise<Set<number>> {
  const asked = rows.flatMap((row, i) => {
    const { recordedAs, at } = row.activity ?? {};
    const who = items[i]?.who;
    return recordedAs && at && who && 'id' in who ? [{ i, id: recordedAs, ownerId: who.id, occurredAt: at }] : [];
  });
  if (asked.length === 0) return new Set();
  const found = await door.recorded(tx, workspaceId, asked);
  return new Set(asked.filter(({ id }) => found.has(id)).map(({ i }) => i));
}
