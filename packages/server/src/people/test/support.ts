import type { Fields, IntakeItem, IntakeOutcome } from '@tributary/model';
import { silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { ensureWorkspace } from '../../access/index.ts';
import { type MovableClock, movableClock } from '../../platform/clock.ts';
import { openPool, transaction } from '../../platform/database/pool.ts';
import { openPresence } from '../../platform/presence.ts';
import { createPeople, type People } from '../index.ts';

/** An item as tests write one. */
export type Given = Partial<IntakeItem> & { fields: Fields };

/** The people room on a database of its own. */
export interface Room {
  t: TestDatabase;
  clock: MovableClock;
  people: People;
  ws: number;
  /** Another process on the same database, with a pool of its own. */
  another(): Promise<People>;
  /** Another that no signal has reached yet: what it has read of the schema, it takes for true. */
  deaf(): People;
  /** One item, by e-mail unless it says otherwise. */
  merge(fields: Fields, more?: Partial<IntakeItem>): Promise<IntakeOutcome>;
  fieldsOf(personId: string): Promise<Fields>;
  /** Everyone's keys: `field value` → person. */
  keys(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export const itemOf = (fields: Fields, more: Partial<IntakeItem> = {}): IntakeItem => ({
  who: { by: ['str::email'] },
  fields,
  source: 'API',
  ...more,
});

export const idOf = (outcome: IntakeOutcome | undefined): string => {
  if (!outcome || !('personId' in outcome)) throw new Error(`nobody: ${JSON.stringify(outcome)}`);
  return outcome.personId;
};

export async function openRoom(): Promise<Room> {
  const t = await testDatabase();
  const clock = movableClock();
  const closers: (() => Promise<unknown>)[] = [t.close];
  const another = async (): Promise<People> => {
    const db = openPool(t.connection, silent, 4);
    const presence = await openPresence(t.connection, silent);
    closers.push(() => db.end(), presence.close);
    return createPeople({ db, clock, presence });
  };
  const people = await another();
  const ws = (await transaction(t.db, (tx) => ensureWorkspace(tx, clock.now(), people.seed))).id;
  await people.preparePartitions();
  return {
    t,
    clock,
    people,
    ws,
    another,
    deaf: () => createPeople({ db: t.db, clock }),
    merge: async (fields, more) => (await people.record(ws, [itemOf(fields, more)]))[0]!,
    fieldsOf: async (personId) => (await people.find(t.db, ws, [personId])).get(personId)!.fields,
    async keys() {
      const { rows } = await t.db.query<{ key: string; person: string }>(
        `select field_id || ' ' || value as key, person_id as person from identity order by key`,
      );
      return Object.fromEntries(rows.map(({ key, person }) => [key, person]));
    },
    async close() {
      for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
    },
  };
}
