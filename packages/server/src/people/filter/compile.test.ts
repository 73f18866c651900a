import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Filter } from '@tributary/model';
import { openRoom, type Room } from '../test/support.ts';
import { createParameters } from './index.ts';

const BOUGHT = 'act:cm:bought';
const plan: Filter = { '$str::is': { field_id: 'str:cm:plan', value: 'Pro' } };
const often = (count: object): Filter => ({
  '$act::has_occurred': { field_id: BOUGHT, count, timeframe: { type: 'last-30-days' } },
});

describe('a filter that counts activities', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
    await room.people.addField(room.ws, { name: 'Plan', type: 'text' });
    await room.people.addDefinitions(room.ws, [{ activityId: BOUGHT, name: 'Bought', touch: true }]);
  });
  after(() => room.close());

  const compiled = async (filter: Filter, each: boolean): Promise<{ sql: string; values: readonly unknown[] }> => {
    const schema = await room.people.schema(room.t.db, room.ws);
    const parameters = createParameters();
    const scope = { workspaceId: room.ws, now: room.clock.now(), parameters, each };
    const sql = room.people.filters.condition(schema, filter, scope).replaceAll(/\s+/g, ' ');
    return { sql, values: parameters.values };
  };

  test('asked of everybody, counts once, and what those did who pass the rest', async () => {
    assert.equal(
      (await compiled({ $and: [often({ at_least: 3 }), plan] }, false)).sql,
      `((lower((p.fields->>'str:cm:plan')) = $1::text) is true and ` +
        '(exists (select from (with counted as materialized (select a.person_id from activity a ' +
        'where a.definition_id = $3::int and a.occurred_at >= $4::timestamptz ' +
        `and exists (select from person p where p.id = a.person_id and (lower((p.fields->>'str:cm:plan')) = $1::text) is true) ` +
        'group by a.person_id having count(*) >= $2::bigint) select * from counted) x where x.person_id = p.id)))',
    );
  });

  test('asked of a few, looks each of them up', async () => {
    assert.equal(
      (await compiled({ $and: [often({ at_least: 3 }), plan] }, true)).sql,
      `((lower((p.fields->>'str:cm:plan')) = $1::text) is true and ` +
        '((exists (select from (select a.person_id from activity a ' +
        'where a.definition_id = $3::int and a.occurred_at >= $4::timestamptz ' +
        'group by a.person_id having count(*) >= $2::bigint) x where x.person_id = p.id)) is true))',
    );
  });

  test('goes through what happened once, however many processes share the work', async () => {
    await room.t.db.query(
      `with made as (
         insert into person (workspace_id, id, fields, created_at, edited_at)
         select $1, n, jsonb_build_object('str:cm:plan', case n % 5 when 0 then 'Pro' else 'Free' end), now(), now()
         from generate_series(1, 20000) n returning id)
       insert into activity (workspace_id, person_id, occurred_at, id, definition_id, attributes)
       select $1, id, now() - n * interval '1 hour', id * 10 + n,
              (select id from activity_definition where activity_id = $2), '{}'
       from made, generate_series(1, 4) n where n <= id % 5`,
      [room.ws, BOUGHT],
    );
    await room.t.db.query('analyze person, activity');
    const { sql, values } = await compiled({ $and: [often({ at_least: 3 }), plan] }, false);
    const client = await room.t.db.connect();
    try {
      // As where there are a million people, for whom it pays to share.
      for (const cost of ['parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size'])
        await client.query(`set ${cost} = 0`);
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
        `explain (analyze, format json) select count(*) from person p where ${sql}`,
        [...values],
      );
      const nodes = nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
      const shared = nodes.filter((node) => node['Parallel Aware'] && node['Relation Name'] === 'person');
      assert.ok(shared.length > 0, 'the work is shared');
      const counting = nodes.filter((node) => node['Subplan Name'] === 'CTE counted');
      assert.deepEqual(
        counting.map((node) => node['Actual Loops']),
        [1],
      );
    } finally {
      client.release(true);
    }
  });
});

interface Node {
  'Relation Name'?: string;
  'Subplan Name'?: string;
  'Parallel Aware': boolean;
  'Actual Loops': number;
  Plans?: Node[];
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
