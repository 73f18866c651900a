import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './support/bench.ts';
import { type Figure, p50, p99 } from './support/figures.ts';
import { defineKinds, kindOf, liveAudiences } from './support/live.ts';
import { now } from './support/now.ts';
import { pace } from './support/pace.ts';
import { addressOf, knownPeople } from './support/people.ts';
import { inDatabase } from './support/population.ts';
import { startHelper } from './support/rpc.ts';
import { startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

const AUDIENCES = 100;
const PEOPLE = 20_000;
const REQUESTS_PER_SECOND = 100;
const EACH = 10;
const PROBED = 'act:cm:probed';
/** How often is looked who has come; so much too long every lag is, at most. */
const LOOK_MS = 10;

/**
 * A hundred live audiences while a thousand activities a second come in, ten a
 * request. One in ten is by somebody whom it makes enter one of the audiences:
 * the time from the beginning of the request until others can see that they are
 * a member. Beside it the time in which a plain table has the same requests.
 */
export async function audiences(bench: Bench): Promise<Figure[]> {
  const seconds = bench.quick ? 8 : 30;
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await tributary.api('/v1/definitions/activity/create', { name: 'Probed', touch: true });
  await defineKinds(tributary);
  await knownPeople(tributary, PEOPLE + REQUESTS_PER_SECOND * (seconds + WARM_UP_SECONDS));
  await liveAudiences(tributary, AUDIENCES - 1);
  const filter = { '$act::has_occurred': { field_id: PROBED, timeframe: { days: 7 } } };
  const { id } = (await tributary.api('/api/audiences', { name: 'Probed', filter })) as { id: string };
  await tributary.built();

  const send = (i: number) => tributary.api('/v1/activities/create', request(i));
  await pace({ perSecond: REQUESTS_PER_SECOND, seconds: WARM_UP_SECONDS, begin: send });
  await tributary.quiet();
  const first = REQUESTS_PER_SECOND * WARM_UP_SECONDS;
  const count = REQUESTS_PER_SECOND * seconds;
  const watched = watch(tributary, Number.parseInt(id.slice(8), 16), { first, count });
  const answered: number[] = [];
  const began = await pace({
    perSecond: REQUESTS_PER_SECOND,
    seconds,
    async begin(i) {
      const at = now();
      await send(first + i);
      answered.push(now() - at);
    },
  });
  const seen = await watched;
  const lags = began.map((at, i) => seen.get(first + i)! - at);
  const moves = await movesOf(tributary);
  await tributary.close();
  const raw = await rawLatency(bench, seconds);
  const what = `${AUDIENCES} audiences, ${(REQUESTS_PER_SECOND * EACH).toLocaleString('en')} activities/s: member after`;
  return [
    { what: `${what}, p50`, value: p50(lags), unit: 'ms', raw: p50(raw) },
    {
      what: `${what}, p99`,
      value: p99(lags),
      unit: 'ms',
      raw: p99(raw),
      target: { below: 1000 },
      note: `${moves.toLocaleString('en')} entered or left`,
    },
    { what: '  answered, p99', value: p99(answered), unit: 'ms' },
  ];
}

const WARM_UP_SECONDS = 5;

/** Of people of the crowd, and the last of somebody who does it for the first time. */
function request(index: number): object {
  const crowd = Array.from({ length: EACH - 1 }, () => {
    const who = Math.floor(Math.random() ** 2 * PEOPLE);
    return activity(who, kindOf(Math.floor(Math.random() ** 2 * 6)));
  });
  return { activities: [...crowd, activity(PEOPLE + index, PROBED)], merge_by: ['str::email'] };
}

function activity(who: number, activityId: string): object {
  return {
    activity_id: activityId,
    attributes: { 'str:cm:page': `/docs/${Math.floor(Math.random() * 50)}`, 'int:cm:seconds': 42_000 },
    fields: { 'str::email': addressOf(who) },
  };
}

/** When each of those who are to enter an audience was first seen in it. */
function watch(
  tributary: Tributary,
  audienceId: number,
  who: { first: number; count: number },
): Promise<Map<number, number>> {
  return inDatabase(tributary, async (db) => {
    const addresses = Array.from({ length: who.count }, (_, i) => addressOf(who.first + PEOPLE + i));
    const { rows: keys } = await db.query<{ value: string; id: string }>(
      `select value, person_id as id from identity where field_id = 'str::email' and value = any($1)`,
      [addresses],
    );
    const ids = new Map(keys.map(({ value, id }) => [value, id]));
    const missing = new Map(addresses.map((address, i) => [ids.get(address)!, who.first + i]));
    const seen = new Map<number, number>();
    const end = now() + 120_000;
    while (missing.size > 0) {
      if (now() > end) throw new Error(`${missing.size} have not become members`);
      const { rows } = await db.query<{ id: string }>({
        name: 'bench.members',
        text: `select person_id as id from audience_member where audience_id = $1 and person_id = any($2::bigint[])`,
        values: [audienceId, [...missing.keys()].slice(0, LOOKED_FOR)],
      });
      const at = now();
      for (const { id } of rows) {
        seen.set(missing.get(id)!, at);
        missing.delete(id);
      }
      await sleep(LOOK_MS);
    }
    return seen;
  });
}

/** They come nearly in their order, so the next ones are enough. */
const LOOKED_FOR = 500;

async function movesOf(tributary: Tributary): Promise<number> {
  const { rows } = await inDatabase(tributary, (db) =>
    db.query<{ n: number }>('select sum(entered + "left")::int as n from audience_growth'),
  );
  return rows[0]!.n;
}

async function rawLatency(bench: Bench, seconds: number): Promise<number[]> {
  const server = bench.keep(startHelper('raw-intake'));
  const url = await server.call<string>('listen', bench.rawDatabase);
  const answered: number[] = [];
  await pace({
    perSecond: REQUESTS_PER_SECOND,
    seconds: Math.min(seconds, 10),
    async begin(i) {
      const at = now();
      const body = JSON.stringify(request(i));
      await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text();
      answered.push(now() - at);
    },
  });
  await server.close();
  return answered;
}
