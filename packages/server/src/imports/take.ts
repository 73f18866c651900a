import type { Fields, IntakeItem, IntakeOutcome } from '@tributary/model';
import type { People, Preview, SchemaField } from '../people/index.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import type { Planned } from './mapping/plan.ts';
import type { Import } from './types.ts';

/** What became of a row. */
export type Taken = { status: 'created' | 'merged' | 'untouched' | 'duplicate' } | { error: string };

/** The timeline's name for whatever comes by an import. */
const SOURCE = 'Import';

/** The way of rows into the room they are for. */
export interface Taker {
  take(tx: Tx, of: Import, rows: readonly Planned[]): Promise<Taken[]>;
  /** What `take` would do. */
  preview(db: Queryable, of: Import, rows: readonly Planned[], fields: readonly SchemaField[]): Promise<Preview[]>;
}

/** People, and what they did. */
export function createPeopleTaker(people: People): Taker {
  return {
    async take(tx, of, rows) {
      const { workspaceId } = of;
      const { items, errors } = await itemsOf(people, tx, of, rows);
      const there = await alreadyThere(people, tx, workspaceId, rows, items);
      const asked = items.flatMap((item, i) => (item && !there.has(i) ? [i] : []));
      const outcomes = await people.recordIn(
        tx,
        workspaceId,
        asked.map((i) => items[i]!),
      );
      const taken = new Map(asked.map((i, at) => [i, takenBy(outcomes[at]!)]));
      return rows.map((_, i) => errors.get(i) ?? taken.get(i) ?? { status: 'duplicate' });
    },
    async preview(db, of, rows, fields) {
      const { items, errors } = await itemsOf(people, db, of, rows);
      const asked = items.flatMap((item, i) => (item ? [i] : []));
      const previews = await people.bulk.preview(
        db,
        of.workspaceId,
        asked.map((i) => items[i]!),
        fields,
      );
      const told = new Map(asked.map((i, at) => [i, previews[at]!]));
      return rows.map((_, i) => told.get(i) ?? { status: 'not_found', error: errors.get(i)?.error ?? '' });
    },
  };
}

function takenBy(outcome: IntakeOutcome): Taken {
  if ('error' in outcome) return { error: outcome.error };
  return { status: outcome.duplicate ? 'duplicate' : outcome.status };
}

/**
 * Rows as what `record` takes. An id that is known here names its person;
 * one that is not, from another installation perhaps, leaves it to the merge keys.
 */
async function itemsOf(
  people: People,
  db: Queryable,
  of: Import,
  rows: readonly Planned[],
): Promise<{ items: (IntakeItem | undefined)[]; errors: Map<number, { error: string }> }> {
  const { mapping, workspaceId } = of;
  const ids = [...new Set(rows.flatMap((row) => row.id ?? []))];
  const known = ids.length > 0 ? await people.find(db, workspaceId, ids) : new Map<string, unknown>();
  const errors = new Map<number, { error: string }>();
  const items = rows.map((row, i): IntakeItem | undefined => {
    const named = row.id !== undefined && known.has(row.id);
    if (!named && mapping.mergeBy.length === 0) {
      errors.set(i, { error: 'nobody here has that id, and nothing else is given to find them by' });
      return undefined;
    }
    const { activity } = row;
    return {
      who: named ? { personId: row.id! } : { by: mapping.mergeBy },
      fields: row.fields as Fields,
      strategy: mapping.mergeStrategy,
      existingOnly: mapping.existingOnly,
      tags: row.tags,
      source: SOURCE,
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
  });
  return { items, errors };
}

/** Those of these activities, by the ids they were exported with, that never left. */
async function alreadyThere(
  people: People,
  tx: Tx,
  workspaceId: number,
  rows: readonly Planned[],
  items: readonly (IntakeItem | undefined)[],
): Promise<Set<number>> {
  const asked = rows.flatMap((row, i) => {
    const { recordedAs, at } = row.activity ?? {};
    const who = items[i]?.who;
    return recordedAs && at && who && 'personId' in who
      ? [{ i, id: recordedAs, personId: who.personId, at: at.toISOString() }]
      : [];
  });
  if (asked.length === 0) return new Set();
  const found = new Set((await people.activities(tx, workspaceId, asked)).map(({ id }) => id));
  return new Set(asked.filter(({ id }) => found.has(id)).map(({ i }) => i));
}
