import type { Bench } from './support/bench.ts';
import { type Figure, p50, p99 } from './support/figures.ts';
import { pace } from './support/pace.ts';
import { activityOf, addressOf, knownPeople } from './support/people.ts';
import { oneMail } from './support/playbooks.ts';
import { rawChain } from './support/raw-chain.ts';
import { startSink } from './support/sink.ts';

const PER_SECOND = 20;
const ACTIVITY = 'act:cm:page-viewed';

/** Known people do something that starts a journey of one e-mail: from the request to the sink's "250". */
export async function activityToMail(bench: Bench): Promise<Figure[]> {
  const seconds = bench.quick ? 5 : 20;
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await tributary.api('/v1/definitions/activity/create', { name: 'Page viewed' });
  await tributary.push(oneMail({ activity: ACTIVITY }));
  await knownPeople(tributary, WARM_UP + PER_SECOND * seconds);

  const send = (i: number): Promise<unknown> => tributary.api('/v1/activities/create', request(i));
  for (let i = 0; i < WARM_UP; i++) await send(i);
  await sink.take(WARM_UP);
  const began = await pace({ perSecond: PER_SECOND, seconds, begin: (i) => send(WARM_UP + i) });
  const arrived = new Map((await sink.take(began.length)).map(({ to, at }) => [to, at]));
  const latencies = began.map((at, i) => arrived.get(addressOf(WARM_UP + i))! - at);
  const mail = await sink.sample();
  const body = JSON.stringify(request(0));
  const raw = await rawChain(bench, sink, { perSecond: PER_SECOND, seconds, body, mail });
  const what = `activity → SMTP, ${PER_SECOND} activities/s`;
  return [
    { what: `${what}, p50`, value: p50(latencies), unit: 'ms', raw: p50(raw), target: { below: 30 } },
    { what: `${what}, p99`, value: p99(latencies), unit: 'ms', raw: p99(raw), target: { below: 100 } },
  ];
}

const WARM_UP = 20;

function request(index: number): object {
  return { activities: [activityOf(index, ACTIVITY)], merge_by: ['str::email'] };
}
