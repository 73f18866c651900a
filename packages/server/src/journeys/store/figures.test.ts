import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import type { Queryable } from '../../platform/database/pool.ts';
import { countCompared, countComparedAtSteps } from './compare.sql.ts';
import { countDue, countRuns } from './count.sql.ts';
import { listRuns } from './runs.sql.ts';
import { countInsideOf, countStanding } from './standing.sql.ts';

/** One journey of fifty is looked at; each has as many runs, half of which have left. */
const JOURNEY = 7;
const at = new Date('2026-03-02T08:00:00Z');
let t: TestDatabase;
before(async () => {
  t = await testDatabase();
  await t.db.query(
    `insert into run (id, workspace_id, journey_id, version, person_id, entry_activity_id, entry_at, entry_key, entry,
                      held_out, shape_id, entered_at, arrived_at, due_at, left_at, ended_at, listens)
     select n, 1, n % 50, 1, n, n, $1, '', '{}', false, 'shape-' || n % 3, $1, $1,
            case when n % 100 < 50 then $1::timestamptz + interval '1 day' end,
            case when n % 100 >= 50 then $1::timestamptz end, case when n % 100 >= 50 then $1::timestamptz end, '{}'
     from generate_series(1, 50000) n`,
    [at],
  );
  await t.db.query('vacuum analyze run');
});
after(() => t?.close());

/** What PostgreSQL would do for the statements of a function. */
async function planOf(work: (db: Queryable) => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  const explaining = {
    async query(asked: string | { text: string; values: unknown[] }, values?: unknown[]) {
      const statement =
        typeof asked === 'string' ? { text: asked, values } : { text: asked.text, values: asked.values };
      const { rows } = await t.db.query<Record<string, string>>({
        text: `explain ${statement.text}`,
        values: statement.values ?? [],
      });
      lines.push(...rows.map((row) => row['QUERY PLAN']!));
      return { rows: [] };
    },
  } as unknown as Queryable;
  await work(explaining);
  return lines.join('\n');
}

describe('figures do not go through all runs there are', () => {
  const cases: [string, (db: Queryable) => Promise<unknown>, RegExp][] = [
    ['who stands where', (db) => countStanding(db, JOURNEY), /Index Only Scan using run_inside/],
    ['how many are inside', (db) => countInsideOf(db, [JOURNEY]), /Index Only Scan using run_inside[\s\S]*run_parked/],
    ['what came of a journey', (db) => countRuns(db, [JOURNEY]), /Index Cond: \(journey_id = ANY \('\{7\}'/],
    ['whose runs these are', (db) => countCompared(db, JOURNEY), /Index Cond: \(journey_id = 7\)/],
    ['who came to a step that holds out', (db) => countComparedAtSteps(db, JOURNEY), /Index Cond: \(journey_id = 7\)/],
    ['a page of runs', (db) => listRuns(db, JOURNEY, { limit: 50 }), /Index Scan Backward using run_of_journey/],
    [
      'a page of those who wait at a shape',
      (db) => listRuns(db, JOURNEY, { limit: 50, state: 'inside', shapeId: 'shape-1', before: '40000' }),
      /using run_of_journey/,
    ],
    ['those who are parked', (db) => listRuns(db, JOURNEY, { limit: 50, state: 'parked' }), /using run_parked/],
    ['a person’s', (db) => listRuns(db, JOURNEY, { limit: 50, people: ['7'] }), /using run_(by_activity|of_person)/],
  ];
  for (const [what, work, expected] of cases) {
    test(what, async () => {
      const plan = await planOf(work);
      assert.match(plan, expected);
      assert.doesNotMatch(plan, /Seq Scan on run/);
    });
  }

  test('the engine’s, of all journeys, read what is open alone', async () => {
    assert.doesNotMatch(await planOf((db) => countDue(db, at)), /Seq Scan on run/);
  });
});
