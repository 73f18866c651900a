import type { Bench } from './support/bench.ts';
import type { Figure } from './support/figures.ts';
import { defineKinds, kindOf, liveAudiences, liveJourneys } from './support/live.ts';
import { loading, rawIntake } from './support/load.ts';
import { now } from './support/now.ts';
import { activityOf, knownPeople } from './support/people.ts';
import { rawActivities } from './support/raw-activities.ts';
import { startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

const PEOPLE = 10_000;
const AUDIENCES = 50;
const JOURNEYS = 20;
const CONNECTIONS = { single: 64, hundred: 8 };
const HUNDRED = 100;

/** Intake in a workspace that is in use, one activity a request; beside it the same requests into a plain table. */
export async function single(bench: Bench): Promise<Figure[]> {
  const seconds = bench.quick ? 5 : 10;
  const tributary = await inUse(bench);
  const bodies = Array.from({ length: PEOPLE }, () => body(1));
  const load = loading(bench, tributary, { bodies, connections: CONNECTIONS.single });
  const ours = await load(`${tributary.url}/v1/activities/create`, seconds);
  const behind = await caughtUp(tributary);
  await tributary.close();
  const raw = await rawIntake(bench, load, seconds);
  return [
    {
      what: `intake with ${AUDIENCES} audiences and ${JOURNEYS} journeys, 1 a request`,
      value: ours.perSecond,
      unit: '/s',
      raw: raw.perSecond,
      note: `heard ${behind} ms after the end; raw: a bare insert of each request, committed in groups`,
    },
    {
      what: '  share of the raw limit',
      value: share(ours.perSecond, raw.perSecond),
      unit: '%',
      target: { atLeast: 60 },
    },
    { what: '  answered, p99', value: ours.p99, unit: 'ms', raw: raw.p99 },
  ];
}

/** The same with a hundred a request; beside it PostgreSQL alone, 500 rows a statement into the same table. */
export async function hundred(bench: Bench): Promise<Figure[]> {
  const seconds = bench.quick ? 5 : 10;
  const tributary = await inUse(bench);
  const bodies = Array.from({ length: 500 }, () => body(HUNDRED));
  const load = loading(bench, tributary, { bodies, connections: CONNECTIONS.hundred });
  const result = await load(`${tributary.url}/v1/activities/create`, seconds);
  const behind = await caughtUp(tributary);
  const raw = await rawActivities(tributary, seconds);
  await tributary.close();
  const ours = result.perSecond * HUNDRED;
  return [
    {
      what: `intake with ${AUDIENCES} audiences and ${JOURNEYS} journeys, ${HUNDRED} a request`,
      value: ours,
      unit: '/s',
      raw,
      note: `heard ${behind} ms after the end; raw: insert … select unnest, 500 rows a statement`,
    },
    { what: '  share of the raw limit', value: share(ours, raw), unit: '%', target: { atLeast: 50 } },
    { what: '  answered, p99', value: result.p99, unit: 'ms' },
  ];
}

const share = (ours: number, raw: number): number => (100 * ours) / raw;

async function inUse(bench: Bench): Promise<Tributary> {
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await defineKinds(tributary);
  await knownPeople(tributary, PEOPLE);
  await liveAudiences(tributary, AUDIENCES);
  await liveJourneys(tributary, JOURNEYS);
  await tributary.command('sending', 'set', '--cap', 'none');
  await tributary.quiet();
  return tributary;
}

/** Known people do things of six kinds; one in a thousand begins a journey. */
function body(count: number): string {
  const activities = Array.from({ length: count }, () => {
    const who = Math.floor(Math.random() * PEOPLE);
    const page = Math.random() < 0.001 ? '/rare/1' : `/docs/${who % 50}`;
    return activityOf(who, kindOf(who % 6), page);
  });
  return JSON.stringify({ activities, merge_by: ['str::email'] });
}

async function caughtUp(tributary: Tributary): Promise<number> {
  const ended = now();
  await tributary.quiet();
  return Math.round(now() - ended);
}
