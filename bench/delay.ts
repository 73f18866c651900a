import { sleepers } from './moves.ts';
import type { Bench } from './support/bench.ts';
import { type Figure, p50, p99 } from './support/figures.ts';
import { pace } from './support/pace.ts';
import { activityOf, addressOf, knownPeople } from './support/people.ts';
import { delayedMail } from './support/playbooks.ts';
import { populate } from './support/population.ts';
import { startSink } from './support/sink.ts';

const PER_SECOND = 5;
const ACTIVITY = 'act:cm:trial-started';

/**
 * A delay of a minute before an e-mail, for runs that begin spread over a
 * minute: how much later than a minute after the activity was sent the mail is
 * there. Intake, enrolment and sending are in it, as they are for the person.
 */
export const delay = (bench: Bench): Promise<Figure[]> => lateness(bench, { sleeping: 0, below: 1000 });

/** The same beside many runs that sleep. */
export const delayBesideSleepers = (bench: Bench): Promise<Figure[]> =>
  lateness(bench, { sleeping: bench.quick ? 100_000 : 1_000_000, below: 500 });

async function lateness(bench: Bench, { sleeping, below }: { sleeping: number; below: number }): Promise<Figure[]> {
  const seconds = bench.quick ? 5 : 60;
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await tributary.api('/v1/definitions/activity/create', { name: 'Trial started' });
  await tributary.push(delayedMail({ activity: ACTIVITY }, seconds));
  await knownPeople(tributary, PER_SECOND * seconds);
  if (sleeping > 0) {
    await populate(tributary, 1, 0);
    await sleepers(tributary, sleeping);
  }
  bench.say(`${PER_SECOND * seconds} runs begin within ${seconds} s, and each waits ${seconds} s`);
  const began = await pace({
    perSecond: PER_SECOND,
    seconds,
    begin: (i) =>
      tributary.api('/v1/activities/create', { activities: [activityOf(i, ACTIVITY)], merge_by: ['str::email'] }),
  });
  const arrived = new Map((await sink.take(began.length, (seconds + 30) * 1000)).map(({ to, at }) => [to, at]));
  const late = began.map((at, i) => arrived.get(addressOf(i))! - at - seconds * 1000);
  if (Math.min(...late) < 0) throw new Error(`a mail came ${-Math.min(...late)} ms too early`);
  const beside = sleeping > 0 ? `, ${sleeping.toLocaleString('en')} runs asleep,` : '';
  const what = `a delay of ${seconds} s${beside} is late by`;
  return [
    { what: `${what}, p50`, value: p50(late), unit: 'ms' },
    { what: `${what}, p99`, value: p99(late), unit: 'ms', target: { below } },
    { what: `${what}, at most`, value: Math.max(...late), unit: 'ms', note: `${late.length} runs` },
  ];
}
