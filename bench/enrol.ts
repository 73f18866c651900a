import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './support/bench.ts';
import { type Figure, p99 } from './support/figures.ts';
import { now } from './support/now.ts';
import { pace } from './support/pace.ts';
import { populate } from './support/population.ts';
import { startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

const PEOPLE = 100_000;
const QUICK = 20_000;
/** Requests that go on meanwhile, each a record of somebody of the audience. */
const PER_SECOND = 50;

/**
 * A whole audience is put into a journey, whose runs the engine moves into a delay meanwhile: until all are inside. Beside
 * it records come in as always: how long they take then, and without it.
 */
export async function enrol(bench: Bench): Promise<Figure[]> {
  const people = bench.quick ? QUICK : PEOPLE;
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await populate(tributary, people, 0);
  const audience = await audienceOfAll(tributary);
  await tributary.push({ journey, templates: {} });
  bench.say(`${people.toLocaleString('en')} people are in the audience`);
  await tributary.quiet();

  const alone = await intake(tributary, people, async () => sleep(8000));
  const began = now();
  const { id } = await call<Enrolment>(tributary, 'POST', '/api/journeys/Everybody/enrol', { audience });
  let inside = 0;
  const beside = await intake(tributary, people, async () => {
    const { progress } = await until(
      tributary,
      `/api/journeys/Everybody/enrolments/${id}`,
      ({ state }) => state === 'done',
    );
    inside = now();
    if (progress.entered < people) throw new Error(`not all are inside: ${JSON.stringify(progress)}`);
  });
  await tributary.quiet();
  const settled = (now() - began) / 1000;
  const what = `enrolling an audience of ${people.toLocaleString('en')}`;
  return [
    { what: `${what}, until all are inside`, value: (inside - began) / 1000, unit: 's', target: { below: 10 } },
    { what: '  until all have moved and all is heard', value: settled, unit: 's' },
    {
      what: '  intake meanwhile, p99',
      value: p99(beside),
      unit: 'ms',
      note: `${Math.round(p99(alone))} ms without it`,
    },
  ];
}

const journey = {
  name: 'Everybody',
  entry: { kind: 'direct' },
  start: 'wait',
  shapes: { wait: { kind: 'delay', for: { days: 1 }, next: 'end' }, end: { kind: 'exit' } },
};

interface Enrolment {
  id: string;
  state: string;
  progress: { done: number; entered: number };
}

async function audienceOfAll(tributary: Tributary): Promise<string> {
  const { id } = await call<{ id: string }>(tributary, 'POST', '/api/audiences', { name: 'All', filter: {} });
  await until<{ state: string }>(tributary, `/api/audiences/${id}`, ({ state }) => state === 'ready');
  return id;
}

/** How long records take, in milliseconds each, while something is done. */
async function intake(tributary: Tributary, people: number, meanwhile: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  let over = false;
  const done = meanwhile().finally(() => {
    over = true;
  });
  while (!over) {
    await pace({
      perSecond: PER_SECOND,
      seconds: 1,
      async begin() {
        const begun = now();
        const fields = {
          'str::email': `p${Math.floor(Math.random() * people)}@example.com`,
          'str::last': String(begun),
        };
        await tributary.api('/v1/person/merge', { people: [{ fields }] });
        took.push(now() - begun);
      },
    });
  }
  await done;
  return took;
}

async function call<T>(tributary: Tributary, method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(tributary.url + path, {
    method,
    headers: { 'x-api-key': tributary.key, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function until<T = Enrolment>(tributary: Tributary, path: string, so: (it: T) => boolean): Promise<T> {
  for (;;) {
    const it = await call<T>(tributary, 'GET', path);
    if (so(it)) return it;
    await sleep(50);
  }
}
