import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { customFieldId, type DisplayType, type EntityKind, type Fields, type Value } from '@tributary/model';
import { type Own, openOwn } from './test/support.ts';

const texts = ['plain', "'=1+1", '=1', '0012', '{"a":1}', '[x', ' spaces ', 'a,b;c|d'];
const numbers = [0, -5, 1234, 9_007_199_254_740_991, -9_007_199_254_740_991];
/** Of every type, values that could be taken for something else. */
const values: Record<DisplayType, readonly Value[]> = {
  text: texts,
  large_text: [...texts, 'two\r\nlines\ttab'],
  email: ['anna@example.com'],
  link: ['https://example.com/?a=1&b=2'],
  single_select: texts,
  multi_select: [['a', 'b'], ['a, b'], ['a|b', 'c'], ['[x'], ['A; b', ' x']],
  integer: numbers,
  decimal: numbers,
  currency: numbers,
  price: numbers,
  bool: [true, false],
  date: [
    { year: 1990, month: 2, day: 3 },
    { year: 7, month: 12, day: 31, timezone: 'Europe/Lisbon' },
  ],
  time: ['2024-03-01T10:30:00Z', '2024-03-01T10:30:00.250Z'],
  phone: [{ c: '351', n: '912345678' }, { n: '555' }, { n: '0012345' }, { c: '39', n: '0612345678' }],
  geo: [{ name: 'Lisbon' }, { name: 'Lisbon', id: 7 }, { name: '{x' }, { name: ' x' }],
  object: [
    { name: 'Lisbon' },
    { n: '555' },
    { name: 'A', n: '1' },
    { c: '351', n: '912' },
    { year: 2020 },
    { year: 2020, month: 2, day: 3 },
    {},
  ],
};
const types = Object.keys(values) as DisplayType[];
const ROWS = Math.max(...Object.values(values).map((of) => of.length));

/** An activity holds fifteen attributes, and there are more types than that. */
const HALVES = [types.slice(0, 8), types.slice(8)] as const;

const kinds = {
  person: { key: 'str::email', profiles: 'people', happened: 'activities', activity: 'act:cm:half' },
  account: { key: 'str:o:name', profiles: 'accounts', happened: 'account-activities', activity: 'act:oc:half' },
} as const;

async function define({ people, ws }: Own): Promise<void> {
  for (const kind of ['person', 'account'] as const) {
    const room = kind === 'person' ? people : people.accounts;
    for (const type of types) await room.addField(ws, { name: `F ${type}`, type });
    await room.addDefinitions(
      ws,
      HALVES.map((half, i) => ({
        activityId: `${kinds[kind].activity}-${i}`,
        name: `Half ${i}`,
        touch: false,
        attributes: half.map((type) => ({
          field_id: customFieldId(`A ${type}`, type, kind),
          display_type: type,
          name: `A ${type}`,
        })),
      })),
    );
  }
}

const fieldsOf = (kind: EntityKind, letter: string, row: number, which: readonly DisplayType[]): Fields =>
  Object.fromEntries(
    which.flatMap((type) => {
      const value = values[type][row];
      return value === undefined ? [] : [[customFieldId(`${letter} ${type}`, type, kind), value]];
    }),
  );

async function fill({ people, ws, clock }: Own): Promise<void> {
  for (const kind of ['person', 'account'] as const) {
    const { key, activity } = kinds[kind];
    const items = Array.from({ length: ROWS }, (_, row) =>
      HALVES.map((half, i) => ({
        who: { by: [key] },
        fields: { [key]: `row${row}@example.com`, ...fieldsOf(kind, 'F', row, types) },
        source: 'API',
        activity: { id: `${activity}-${i}`, attributes: fieldsOf(kind, 'A', row, half), at: clock.now() },
      })),
    ).flat();
    const outcomes = kind === 'person' ? await people.record(ws, items) : await people.accounts.record(ws, items);
    for (const outcome of outcomes) assert.ok(!('error' in outcome), JSON.stringify(outcome));
  }
}

describe('a value of any type', () => {
  let own: Own;
  let elsewhere: Own;
  before(async () => {
    [own, elsewhere] = [await openOwn(), await openOwn()];
    await define(own);
    await define(elsewhere);
    await fill(own);
  });
  after(async () => {
    await own.close();
    await elsewhere.close();
  });

  const kept = async ({ t }: Own, kind: EntityKind) => {
    const query = async (sql: string) => (await t.db.query<Record<string, unknown>>(sql)).rows;
    const table = kind === 'person' ? 'activity' : 'account_activity';
    return {
      profiles: await query(
        `select (select jsonb_object_agg(key, value) from jsonb_each(fields) where key like '%:f-%') as fields
         from ${kind} order by fields->>'${kinds[kind].key}'`,
      ),
      happened: await query(
        `select a.attributes from ${table} a join activity_definition d on d.id = a.definition_id
         where d.activity_id like '${kinds[kind].activity}%' order by a.attributes::text`,
      ),
    };
  };

  for (const kind of ['person', 'account'] as const) {
    const { profiles, happened } = kinds[kind];
    for (const asked of ['', '?headers=ids', '?guard=false&delimiter=;']) {
      test(`of ${profiles} is the same after an export and an import (${asked || 'as it is'})`, async () => {
        const was = await kept(own, kind);
        const { text } = await own.call('GET', `/api/exports/${profiles}.csv${asked}`);
        const { progress, rejected } = await own.take(profiles, text);
        assert.deepEqual([progress.rejected, progress.merged], [0, ROWS], rejected);
        assert.deepEqual(await kept(own, kind), was);
      });
    }

    test(`of ${profiles}, and of what happened, is the same in another installation`, async () => {
      const was = await kept(own, kind);
      for (const file of [profiles, happened]) {
        const { text } = await own.call('GET', `/api/exports/${file}.csv`);
        const { progress, rejected } = await elsewhere.take(file, text);
        assert.equal(progress.rejected, 0, rejected);
      }
      assert.deepEqual(await kept(elsewhere, kind), was);
    });
  }
});
