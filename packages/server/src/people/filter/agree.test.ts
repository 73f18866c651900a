import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Filter, type Happened, type Leaf, matches, prepare, problemsWithFilter } from '@tributary/model';
import fc from 'fast-check';
import { fieldIdsOf, valuesOf } from '../index.ts';
import { itemOf, openRoom, type Room } from '../test/support.ts';
import { createParameters } from './index.ts';
import { filters, NOW, people } from './test/arbitrary.ts';

/** Cases in a nightly run: `FILTER_CASES=10000`. */
const CASES = Number(process.env.FILTER_CASES ?? 500);
const POPULATION = 60;
/** Who has the first day there is, the last, and one that begins at another time in summer. */
const EDGES = 3;

interface Known {
  id: string;
  fields: ReturnType<typeof valuesOf>;
  did: Map<string, Happened[]>;
}

describe('a filter in SQL and in the plain evaluator', () => {
  let room: Room;
  let everyone: Known[];

  before(async () => {
    room = await openRoom();
    room.clock.advance(NOW.getTime() - room.clock.now().getTime());
    await room.people.preparePartitions();
    const types = {
      word: 'text',
      text: 'large_text',
      number: 'integer',
      flag: 'bool',
      day: 'date',
      time: 'time',
    } as const;
    const more = { place: 'geo', phone: 'phone', set: 'multi_select' } as const;
    for (const [name, type] of Object.entries({ ...types, ...more }))
      await room.people.addField(room.ws, { name, type });
    await room.people.addDefinitions(
      room.ws,
      ['one', 'two'].map((name) => ({ activityId: `act:cm:${name}`, name, touch: true })),
    );
    const items = fc.sample(people, { numRuns: POPULATION, seed: 7 }).flatMap(({ fields, tags, did }, i) => {
      const email = { 'str::email': `p${i}@example.com` };
      return [
        itemOf({ ...fields, ...email }, { tags }),
        ...did.map(({ id, at, attributes }) => itemOf(email, { activity: { id, at, attributes } })),
      ];
    });
    const edges = [
      { 'dtz:cm:day': { year: 1, month: 1, day: 1 }, 'tme:cm:time': '0001-01-01T00:00:00Z' },
      { 'dtz:cm:day': { year: 9999, month: 12, day: 31 }, 'tme:cm:time': '9999-12-31T23:59:59Z' },
      { 'tme:cm:time': '2028-07-01T22:30:00Z' },
    ];
    items.push(...edges.map((fields, i) => itemOf({ ...fields, 'str::email': `edge${i}@example.com` })));
    const bad = (await room.people.record(room.ws, items)).filter((outcome) => 'error' in outcome);
    assert.deepEqual(bad, []);
    everyone = await readEveryone(room);
  });
  after(() => room.close());

  const byEvaluator = (filter: Filter): string[] =>
    everyone
      .filter(({ fields, did }) =>
        matches(filter, { fields, now: NOW, activities: ({ fieldId }: Leaf) => did.get(fieldId) ?? [] }),
      )
      .map(({ id }) => id);

  const bySql = async (filter: Filter, each: boolean): Promise<string[]> => {
    const schema = await room.people.schema(room.t.db, room.ws);
    const parameters = createParameters();
    const scope = { workspaceId: room.ws, now: NOW, parameters, each };
    const condition = room.people.filters.condition(schema, filter, scope);
    const { rows } = await room.t.db.query<{ id: string; holds: boolean | null }>(
      `select p.id, ${condition} as holds from person p order by p.id`,
      [...parameters.values],
    );
    assert.ok(
      rows.every(({ holds }) => holds !== null),
      'true or false, never null',
    );
    return rows.filter(({ holds }) => holds).map(({ id }) => id);
  };

  test(`agree on ${CASES} random filters, for everybody and for each`, async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        assert.deepEqual(problemsWithFilter(filter), []);
        const expected = byEvaluator(filter);
        assert.deepEqual(await bySql(filter, false), expected);
        assert.deepEqual(await bySql(filter, true), expected);
      }),
      { numRuns: CASES },
    );
  });

  for (const type of ['dtz:cm:day', 'tme:cm:time']) {
    const operator = (name: string): string => `$${type.slice(0, 3)}::absolute_${name}`;
    test(`agree on the first day there is, and the last, of ${type}`, async () => {
      const days = ['0001-01-01', '9999-12-31'];
      for (const timezone of ['UTC', 'America/New_York', 'Asia/Kolkata'])
        for (const name of ['on', 'before', 'after'])
          for (const value of days) {
            const filter = { [operator(name)]: { field_id: type, value, timezone } };
            assert.deepEqual(problemsWithFilter(filter), []);
            const expected = byEvaluator(filter);
            assert.deepEqual(await bySql(filter, false), expected, JSON.stringify(filter));
          }
    });
  }

  for (const timezone of ['IST', 'CET', 'ECT', 'US/Pacific-New']) {
    test(`agree on the days of ${timezone}, which to PostgreSQL is another time zone or none`, async () => {
      const schema = await room.people.schema(room.t.db, room.ws);
      const of = { field_id: 'tme:cm:time', timezone };
      const asked: Filter[] = [
        ...['2028-02-28', '2028-03-01', '2028-07-02'].map((value) => ({ '$tme::absolute_on': { ...of, value } })),
        ...[-1, 0, 1].map((days) => ({ '$tme::occurs_in': { ...of, days } })),
        { '$tme::anniversary': of },
        { '$act::has_occurred': { field_id: 'act:cm:one', timeframe: { type: 'today' }, timezone } },
      ];
      for (const filter of asked) {
        assert.deepEqual(problemsWithFilter(filter), []);
        assert.deepEqual(await bySql(filter, false), byEvaluator(filter), JSON.stringify(filter));
        const parameters = createParameters();
        const scope = { workspaceId: room.ws, now: NOW, parameters, each: true };
        const sql = `select p.id, ${room.people.filters.boundary(schema, filter, scope)} as at from person p`;
        const { rows } = await room.t.db.query<{ id: string; at: Date | null }>(sql, [...parameters.values]);
        const { next } = prepare(filter);
        for (const { id, fields, did } of everyone) {
          const found = rows.find((row) => row.id === id)?.at?.getTime() ?? Number.POSITIVE_INFINITY;
          const activities = ({ fieldId }: Leaf) => did.get(fieldId) ?? [];
          assert.equal(found, next({ fields, now: NOW, activities }), `${id}: ${JSON.stringify(filter)}`);
        }
      }
    });
  }

  test('the answer never changes before the boundary that SQL gives, and the evaluator', async () => {
    const schema = await room.people.schema(room.t.db, room.ws);
    const STEP = 1_800_000;
    const FAR = NOW.getTime() + 3 * 24 * 3_600_000;
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const parameters = createParameters();
        const scope = { workspaceId: room.ws, now: NOW, parameters, each: true };
        const sql = `select p.id, ${room.people.filters.boundary(schema, filter, scope)} as at from person p`;
        const { rows } = await room.t.db.query<{ id: string; at: Date | null }>(sql, [...parameters.values]);
        const boundaries = new Map(rows.map(({ id, at }) => [id, at?.getTime() ?? Number.POSITIVE_INFINITY]));
        for (const { id, fields, did } of everyone) {
          const facts = (now: Date) => ({ fields, now, activities: ({ fieldId }: Leaf) => did.get(fieldId) ?? [] });
          const first = matches(filter, facts(NOW));
          const same = (at: number): void =>
            assert.equal(matches(filter, facts(new Date(at))), first, `${id} changed at ${new Date(at).toISOString()}`);
          const ends = [boundaries.get(id)!, prepare(filter).next(facts(NOW))];
          for (const end of ends) {
            assert.ok(end > NOW.getTime());
            if (end < FAR) same(end - 1);
          }
          for (let at = NOW.getTime(); at < Math.min(FAR, Math.max(...ends)); at += STEP) same(at);
        }
      }),
      { numRuns: Math.ceil(CASES / 25) },
    );
  });
});

async function readEveryone(room: Room): Promise<Known[]> {
  const { people: found } = await room.people.search.page(room.t.db, room.ws, {
    limit: POPULATION + EDGES,
    sort: { order: 'asc' },
  });
  assert.equal(found.length, POPULATION + EDGES);
  return Promise.all(
    found.map(async (person) => {
      const did = new Map<string, Happened[]>();
      for (const { activityId, occurredAt, attributes } of (
        await room.people.timeline(room.t.db, room.ws, person.id, 99)
      ).toReversed()) {
        did.set(activityId, [...(did.get(activityId) ?? []), { at: occurredAt, attributes }]);
      }
      const occurred = [...did].flatMap(([id, times]) => [
        [`tme::${id}!f`, times[0]!.at.toISOString()],
        [`tme::${id}!l`, times.at(-1)!.at.toISOString()],
      ]);
      return {
        id: person.id,
        fields: { ...valuesOf(person, fieldIdsOf(person)), ...Object.fromEntries(occurred) },
        did,
      };
    }),
  );
}
