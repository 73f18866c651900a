import type { Bench } from './support/bench.ts';
import { type Figure, p50, p99 } from './support/figures.ts';
import { pace } from './support/pace.ts';
import { activityOf, addressOf, knownPeople } from './support/people.ts';
import { oneMail } from './support/playbooks.ts';
import { inDatabase } from './support/population.ts';
import { rawChain } from './support/raw-chain.ts';
import { startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

const ACTIVITY = 'act:cm:page-viewed';
const WARM_UP = 20;

/** Known people do something that starts a journey of one e-mail: from the request to the sink's "250". */
export const activityToMail = (bench: Bench): Promise<Figure[]> =>
  toMail(bench, { perSecond: 20, journeys: 1, targets: { p50: 30, p99: 100 } });

/**
 * The same in a workspace with fifty live journeys, each for another page, and much more often. The target is about the
 * message: until it was queued, or rather, until the outbox had it in hand.
 */
export const triggersToMail = (bench: Bench): Promise<Figure[]> =>
  toMail(bench, { perSecond: 200, journeys: 50, targets: { queued: 100 } });

interface Load {
  perSecond: number;
  journeys: number;
  /** In milliseconds: to the mail, and the 99th percentile to the queue. */
  targets: { p50?: number; p99?: number; queued?: number };
}

async function toMail(bench: Bench, { perSecond, journeys, targets }: Load): Promise<Figure[]> {
  const seconds = bench.quick ? 5 : 20;
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  const pageOf = (index: number): string => `/page/${index % journeys}`;
  const request = (index: number): object => ({
    activities: [activityOf(index, ACTIVITY, pageOf(index))],
    merge_by: ['str::email'],
  });
  await tributary.api('/v1/definitions/activity/create', { name: 'Page viewed' });
  for (let i = 0; i < journeys; i++) {
    const filter = { '$str::is': { field_id: 'str:cm:page', value: pageOf(i) } };
    await tributary.push(oneMail({ activity: ACTIVITY, filter }, `Looked at page ${i}`));
  }
  await knownPeople(tributary, WARM_UP + perSecond * seconds);

  const send = (i: number): Promise<unknown> => tributary.api('/v1/activities/create', request(i));
  for (let i = 0; i < WARM_UP; i++) await send(i);
  await sink.take(WARM_UP);
  const began = await pace({ perSecond, seconds, begin: (i) => send(WARM_UP + i) });
  const arrived = new Map((await sink.take(began.length)).map(({ to, at }) => [to, at]));
  const latencies = began.map((at, i) => arrived.get(addressOf(WARM_UP + i))! - at);
  const mail = await sink.sample();
  const raw = await rawChain(bench, sink, { perSecond, seconds, body: JSON.stringify(request(0)), mail });
  const what = `activity → SMTP, ${perSecond} activities/s${journeys > 1 ? `, ${journeys} journeys` : ''}`;
  const below = (target: number | undefined): Pick<Figure, 'target'> =>
    target === undefined ? {} : { target: { below: target } };
  const figures: Figure[] = [
    { what: `${what}, p50`, value: p50(latencies), unit: 'ms', raw: p50(raw), ...below(targets.p50) },
    { what: `${what}, p99`, value: p99(latencies), unit: 'ms', raw: p99(raw), ...below(targets.p99) },
  ];
  if (targets.queued === undefined) return figures;
  const queued = await untilQueued(tributary);
  return [
    ...figures,
    { what: '  until it was queued, p50', value: p50(queued), unit: 'ms' },
    { what: '  until it was queued, p99', value: p99(queued), unit: 'ms', ...below(targets.queued) },
  ];
}

/** From an activity's moment, which is before it is recorded, until its mail had its place under the caps, which is after it was queued. */
function untilQueued(tributary: Tributary): Promise<number[]> {
  return inDatabase(tributary, async (db) => {
    const { rows } = await db.query<{ ms: number }>(
      `select (extract(epoch from m.counted_at - a.occurred_at) * 1000)::float8 as ms
       from message m join run r on r.id = m.run_id join activity a on a.id = r.entry_activity_id`,
    );
    return rows.map(({ ms }) => ms);
  });
}
