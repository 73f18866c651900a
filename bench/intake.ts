import type { Bench } from './support/bench.ts';
import type { Figure } from './support/figures.ts';
import { loading, rawIntake } from './support/load.ts';
import { now } from './support/now.ts';
import { activitiesOfAll, activityOf, knownPeople } from './support/people.ts';
import { delayedMail, oneMail } from './support/playbooks.ts';
import { startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

const CONNECTIONS = 64;
const PEOPLE = 10_000;
/** As many wait in a journey that listens to nothing they do here. */
const INSIDE = 1000;
const VIEWED = 'act:cm:page-viewed';
const DAY = 24 * 3600;

/**
 * `POST /v1/activities/create` with one activity of a known person each, while
 * journeys are on: one in a hundred activities starts one, all others are
 * looked at and do not. Beside it the same requests into a plain table.
 */
export async function intake(bench: Bench): Promise<Figure[]> {
  const seconds = bench.quick ? 5 : 10;
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await prepare(tributary);
  const load = loading(bench, tributary, { bodies: bodies(), connections: CONNECTIONS });
  const ours = await load(`${tributary.url}/v1/activities/create`, seconds);
  const ended = now();
  await tributary.quiet();
  const behind = now() - ended;
  await tributary.close();
  const raw = await rawIntake(bench, load, seconds);
  return [
    {
      what: `intake, ${CONNECTIONS} connections`,
      value: ours.perSecond,
      unit: '/s',
      raw: raw.perSecond,
      note: `the journeys had caught up ${Math.round(behind)} ms after the end`,
    },
    {
      what: '  share of the raw limit',
      value: (100 * ours.perSecond) / raw.perSecond,
      unit: '%',
      target: { atLeast: 40 },
    },
    { what: '  answered, p50', value: ours.p50, unit: 'ms', raw: raw.p50 },
    { what: '  answered, p99', value: ours.p99, unit: 'ms', raw: raw.p99 },
  ];
}

async function prepare(tributary: Tributary): Promise<void> {
  for (const name of ['Page viewed', 'Trial started', 'Order placed'])
    await tributary.api('/v1/definitions/activity/create', { name });
  const onPage = (value: string) => ({
    activity: VIEWED,
    filter: { '$str::is': { field_id: 'str:cm:page', value } },
  });
  await tributary.push(oneMail(onPage('/pricing'), 'Looked at prices'));
  await tributary.push(oneMail(onPage('/jobs'), 'Looked for work'));
  await tributary.push(delayedMail({ activity: 'act:cm:trial-started' }, DAY, 'Trial'));
  await tributary.command('sending', 'set', '--cap', 'none');
  await knownPeople(tributary, PEOPLE);
  await activitiesOfAll(tributary, INSIDE, 'act:cm:trial-started');
  await tributary.quiet();
}

/** Each person once; one in a hundred looks at the prices. */
function bodies(): string[] {
  return Array.from({ length: PEOPLE }, (_, i) => {
    const activity = activityOf(i, VIEWED, i % 100 === 0 ? '/pricing' : undefined);
    return JSON.stringify({ activities: [activity], merge_by: ['str::email'] });
  });
}
