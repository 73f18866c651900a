import { packIndexes } from '../packages/server/src/platform/database/pack.ts';
import { createLog } from '../packages/server/src/platform/log.ts';
import type { Bench } from './support/bench.ts';
import { type Figure, p50, p99 } from './support/figures.ts';
import { now } from './support/now.ts';
import { inDatabase, isPopulated, PLAN, populate } from './support/population.ts';
import { startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

const MB = 2 ** 20;
const PAGES = 200;
const TIMELINES = 300;

const filters: Readonly<Record<string, object>> = {
  'did it 3 times in 30 days, plan is pro': {
    $and: [
      {
        '$act::has_occurred': {
          field_id: 'act:cm:report-made',
          count: { at_least: 3 },
          timeframe: { type: 'last-30-days' },
        },
      },
      { '$str::is': { field_id: PLAN, value: 'pro' } },
    ],
  },
  'did one, not the other in 7 days': {
    $and: [
      { '$act::has_occurred': { field_id: 'act:cm:invited', timeframe: { type: 'last-7-days' } } },
      { '$act::has_not_occurred': { field_id: 'act:cm:exported', timeframe: { type: 'last-7-days' } } },
    ],
  },
  'tag, country and last seen': {
    $and: [
      { '$u4s::is': { field_id: 'u4s::t', value: 1 } },
      { '$geo::is': { field_id: 'geo::country', value: { name: 'Portugal' } } },
      { '$tme::relative_less_than': { field_id: 'l', days_ago: 30 } },
    ],
  },
};

/** A million people and twenty million activities: what filters, pages and timelines take, and the room they need. */
export async function scale(bench: Bench): Promise<Figure[]> {
  const [people, activities] = bench.quick ? [100_000, 2_000_000] : [1_000_000, 20_000_000];
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url, { kept: true });
  if (!(await isPopulated(tributary, people, activities))) {
    bench.say(`makes ${people.toLocaleString('en')} people and ${activities.toLocaleString('en')} activities`);
    const began = now();
    await populate(tributary, people, activities);
    bench.say(`made in ${Math.round((now() - began) / 1000)} s`);
  }
  const loose = await sizeOf(tributary);
  // As the server does it once a week.
  await inDatabase(tributary, (db) => packIndexes(db, createLog('silent')));
  return [
    ...(await filtered(tributary)),
    ...(await pages(tributary)),
    ...(await timelines(tributary)),
    await room(tributary, loose),
  ];
}

/** A first page of those who match, and how many there are, through the API. */
async function filtered(tributary: Tributary): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [what, filter] of Object.entries(filters)) {
    const times: number[] = [];
    let matches = 0;
    for (let turn = 0; turn < 5; turn++) {
      const began = now();
      const answer = (await tributary.api('/v1/person/get', { filter, fields: ['str::email'] })) as Answer;
      times.push(now() - began);
      matches = answer.meta.total_matches;
      if (matches === 0) throw new Error(`${what}: nobody`);
    }
    const note = `${matches.toLocaleString('en')} match; page and count`;
    figures.push({ what: `filter: ${what}`, value: p50(times), unit: 'ms', target: { below: 1000 }, note });
  }
  return figures;
}

interface Answer {
  contacts: { id: string }[];
  cursor_id: string;
  meta: { total_matches: number };
}

async function pages(tributary: Tributary): Promise<Figure[]> {
  const times: number[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const began = now();
    const answer = (await tributary.api('/v1/person/get', {
      ...(cursor && { cursor_id: cursor }),
      limit: 50,
      fields: ['str::email', 'str::first', 'l', 'tags'],
    })) as Answer;
    times.push(now() - began);
    cursor = answer.cursor_id;
  }
  return [
    { what: 'a page of person/get, p50', value: p50(times.slice(1)), unit: 'ms' },
    { what: 'a page of person/get, p99', value: p99(times.slice(1)), unit: 'ms', target: { below: 50 } },
  ];
}

/** Each timeline twice: what nobody has looked at for long comes from the disk, an activity a page. */
async function timelines(tributary: Tributary): Promise<Figure[]> {
  const answer = (await tributary.api('/v1/person/get', { limit: TIMELINES, fields: [] })) as Answer;
  const read = async (id: string): Promise<number> => {
    const began = now();
    const asked = { person_id: id, limit: 50, timeframe: { type: 'all' } };
    const { activities } = (await tributary.api('/v1/person/get/activities', asked)) as { activities: object[] };
    if (activities.length === 0) throw new Error(`${id} did nothing`);
    return now() - began;
  };
  const first: number[] = [];
  for (const { id } of answer.contacts) first.push(await read(id));
  const again: number[] = [];
  for (const { id } of answer.contacts) again.push(await read(id));
  const what = 'the last 50 activities of a person';
  return [
    { what: `${what}, p50`, value: p50(again), unit: 'ms', target: { below: 5 } },
    { what: `${what}, p99`, value: p99(again), unit: 'ms' },
    { what: '  looked at for the first time, p50', value: p50(first), unit: 'ms' },
  ];
}

async function room(tributary: Tributary, loose: number): Promise<Figure> {
  const note = `${Math.round(loose).toLocaleString('en')} MB before its indexes were packed`;
  return { what: 'the database', value: await sizeOf(tributary), unit: 'MB', target: { below: 4096 }, note };
}

/** Of the database, in MB. */
async function sizeOf(tributary: Tributary): Promise<number> {
  const bytes = await inDatabase(tributary, async (db) => {
    const { rows } = await db.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
    return Number(rows[0]!.bytes);
  });
  return bytes / MB;
}
