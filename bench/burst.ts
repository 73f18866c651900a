import type { Bench } from './support/bench.ts';
import type { Figure } from './support/figures.ts';
import { now } from './support/now.ts';
import { activitiesOfAll, knownPeople } from './support/people.ts';
import { twoMails } from './support/playbooks.ts';
import { startHelper } from './support/rpc.ts';
import { type ReceivedMail, startSink } from './support/sink.ts';

const PEOPLE = 3000;
const MAILS = 2 * PEOPLE;
const ACTIVITY = 'act:cm:signed-up';
/** As many as Tributary opens to one mail server. */
const CONNECTIONS = 10;

/** 3,000 people start a journey of two e-mails at once: mails a second, from the first request to the last mail. */
export async function burst(bench: Bench): Promise<Figure[]> {
  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await tributary.api('/v1/definitions/activity/create', { name: 'Signed up' });
  await tributary.push(twoMails({ activity: ACTIVITY }));
  await tributary.command('sending', 'set', '--cap', 'none');
  await knownPeople(tributary, PEOPLE);
  await tributary.quiet();

  const began = now();
  await activitiesOfAll(tributary, PEOPLE, ACTIVITY);
  const taken = now() - began;
  const mails = await sink.take(MAILS);
  const perPerson = new Map<string, number>();
  for (const { to } of mails) perPerson.set(to, (perPerson.get(to) ?? 0) + 1);
  if (perPerson.size !== PEOPLE || [...perPerson.values()].some((count) => count !== 2))
    throw new Error('not everyone got two mails');

  const source = await sink.sample();
  await tributary.close();
  const mailer = bench.keep(startHelper('mailer'));
  const plan = { port: sink.port, connections: CONNECTIONS, mails: MAILS, source };
  await mailer.call('send', plan);
  await sink.take(MAILS);
  const rawBegan = await mailer.call<number>('send', plan);
  const raw = perSecond(await sink.take(MAILS), rawBegan);
  return [
    {
      what: `burst: ${PEOPLE.toLocaleString('en')} people, two mails each`,
      value: perSecond(mails, began),
      unit: '/s',
      raw,
      target: { atLeast: 1000 },
      note: `the ${PEOPLE / 100} requests were answered within ${Math.round(taken)} ms`,
    },
  ];
}

function perSecond(mails: readonly ReceivedMail[], began: number): number {
  return mails.length / ((Math.max(...mails.map(({ at }) => at)) - began) / 1000);
}
