import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Bench } from './support/bench.ts';
import type { Figure } from './support/figures.ts';
import { now } from './support/now.ts';
import { inDatabase, PLAN, populate } from './support/population.ts';
import { startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

/** What every run does: the delay it stands at ends, a condition, a split, a tag, and a delay that it stays at. */
export const MOVES_EACH = 4;
const CLAIMED = 500;

const journey = {
  name: 'A way of five shapes',
  entry: { kind: 'direct' },
  start: 'pause',
  shapes: {
    pause: { kind: 'delay', for: { days: 1 }, next: 'plan' },
    plan: { kind: 'condition', if: { '$str::is': { field_id: PLAN, value: 'pro' } }, yes: 'split', no: 'split' },
    split: {
      kind: 'split',
      branches: [
        { name: 'a', share: 50, next: 'tag' },
        { name: 'b', share: 50, next: 'tag' },
      ],
    },
    tag: { kind: 'tag', add: ['On the way'], next: 'rest' },
    rest: { kind: 'delay', for: { days: 30 }, next: 'end' },
    end: { kind: 'exit' },
  },
};

/** How many shapes a second runs get through, beside many that sleep; raw: the same rows claimed and rewritten in sets. */
export async function moves(bench: Bench): Promise<Figure[]> {
  const [sleeping, due] = bench.quick ? [100_000, 20_000] : [1_000_000, 100_000];
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await populate(tributary, due, 0);
  await sleepers(tributary, sleeping);
  await comeDue(tributary, due);
  bench.say(`${sleeping.toLocaleString('en')} runs sleep, ${due.toLocaleString('en')} are to be moved`);
  const ours = await drained(tributary, due);
  await tributary.quiet();
  const raw = await inDatabase(tributary, (db) => claimedAndUpdated(db, due));
  return [
    {
      what: `shapes moved, ${(sleeping / 1e6).toLocaleString('en')} million runs asleep`,
      value: ours * MOVES_EACH,
      unit: '/s',
      raw,
      target: { atLeast: 20_000 },
      note: `${Math.round(ours).toLocaleString('en')} runs a second, ${MOVES_EACH} shapes each, one of them a tag; raw: rows claimed and updated in sets`,
    },
  ];
}

/** So many runs that sleep for years, in the journey above. */
export async function sleepers(tributary: Tributary, count: number): Promise<void> {
  await tributary.push({ journey, templates: {} });
  await addRuns(tributary, count, 'sleeping');
}

/** So many runs of people who are there, which can be made due. */
export const comeDue = (tributary: Tributary, count: number): Promise<void> => addRuns(tributary, count, 'due');

async function addRuns(tributary: Tributary, count: number, which: 'sleeping' | 'due'): Promise<void> {
  await inDatabase(tributary, async (db) => {
    await db.query(RUNS, [count, which]);
    await db.query('vacuum (analyze) run');
    await db.query('checkpoint');
  });
}

/** Makes the runs due, and returns how many a second are moved. */
export async function drained(tributary: Tributary, due: number): Promise<number> {
  return inDatabase(tributary, async (db) => {
    await db.query(`update run set due_at = now() where shape_id = 'pause' and due_at < now() + interval '10 years'`);
    const began = now();
    const left = async (): Promise<number> =>
      (await db.query<{ n: number }>(`select count(*)::int as n from run where due_at <= now()`)).rows[0]!.n;
    while ((await left()) > 0) await sleep(250);
    return due / ((now() - began) / 1000);
  });
}

/** Two connections that claim 500 rows, and write them back with another state and a row each for what they did. */
async function claimedAndUpdated(db: pg.Pool, rows: number): Promise<number> {
  await db.query(`create table raw_move (run_id bigint, at timestamptz, did text)`);
  await db.query(`update run set due_at = now() where shape_id = 'rest'`);
  await db.query('checkpoint');
  const began = now();
  const worker = async (): Promise<void> => {
    const client = await db.connect();
    for (;;) {
      await client.query('begin');
      const { rows: claimed } = await client.query<{ id: string }>({
        name: 'raw.claim',
        text: `select id from run where due_at <= now() order by due_at limit ${CLAIMED} for update skip locked`,
      });
      const ids = claimed.map(({ id }) => id);
      await client.query({
        name: 'raw.update',
        text: `update run set shape_id = 'done', arrived_at = now(), due_at = now() + interval '30 days'
               from unnest($1::bigint[]) as r(id) where run.id = r.id`,
        values: [ids],
      });
      await client.query({
        name: 'raw.move',
        text: `insert into raw_move select id, now(), 'moved' from unnest($1::bigint[]) id`,
        values: [ids],
      });
      await client.query('commit');
      if (ids.length === 0) break;
    }
    client.release();
  };
  await Promise.all([worker(), worker()]);
  return rows / ((now() - began) / 1000);
}

/** Runs at the first shape. Those that sleep are of people who are nobody: nobody looks at them. */
const RUNS = `
  insert into run (workspace_id, id, journey_id, version, person_id, entry_activity_id, entry_at, entry_key, entry,
                   held_out, shape_id, entered_at, arrived_at, due_at, listens)
  select 1, time_ordered_id(now(), case $2::text when 'due' then 5000000 else 6000000 end + n), j.id, j.live_version,
         case $2::text when 'due' then p.id else -n end, n, now(), '', '{}', false, 'pause', now() - interval '2 days',
         now() - interval '2 days', now() + interval '1 year' * case $2::text when 'due' then 1 else 20 end, '{}'
  from generate_series(1, $1::int) n
  join journey j on j.name = 'A way of five shapes'
  left join (select id, row_number() over (order by id) as place from person) p on $2::text = 'due' and p.place = n
  where $2::text = 'sleeping' or p.id is not null`;
