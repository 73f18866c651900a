import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './support/bench.ts';
import { type Figure, p50, p99 } from './support/figures.ts';
import { inParallel, pace } from './support/pace.ts';
import { qualificationFollowUp } from './support/playbooks.ts';
import { rawChain } from './support/raw-chain.ts';
import { type Sandbox, startSandbox } from './support/sandbox.ts';
import { type Sink, startSink } from './support/sink.ts';
import type { Tributary } from './support/tributary.ts';

/** A body as Kommo sends it, for the raw limit. */
const HOOK =
  'leads[status][0][id]=1001&leads[status][0][status_id]=61200102&leads[status][0][old_status_id]=61200101' +
  '&account[id]=32184507&account[subdomain]=larkspur';

/**
 * Deals of known people are moved to Qualification, one by one: from the call
 * that moves a deal in the sandbox to the sink's "250" for the first e-mail.
 * Between them lie Kommo's webhook and our reading of the deal, at Kommo's own
 * limit of 7 requests a second.
 */
export async function webhookToMail(bench: Bench): Promise<Figure[]> {
  const sink = bench.keep(await startSink());
  const sandbox = bench.keep(await startSandbox());
  const tributary = await bench.tributary(sink.url);
  await connect(tributary, sandbox);
  const loads = [
    { perSecond: 1, seconds: bench.quick ? 10 : 30 },
    { perSecond: 50, seconds: bench.quick ? 5 : 20 },
  ];
  const figures: Figure[] = [];
  for (const load of loads) {
    const { mails, answers } = await moveDeals({ ...load, sink, sandbox, tributary });
    const raw = await rawChain(bench, sink, { ...load, body: HOOK, mail: await sink.sample() });
    const what = `webhook → SMTP, ${load.perSecond} deal${load.perSecond > 1 ? 's' : ''}/s`;
    const busy = load.perSecond > 1;
    figures.push(
      { what: `${what}, p50`, value: p50(mails), unit: 'ms', raw: p50(raw), target: { below: 100 } },
      { what: `${what}, p99`, value: p99(mails), unit: 'ms', raw: p99(raw), target: { below: 500 } },
      { what: '  webhook answered, p99', value: p99(answers), unit: 'ms', ...(busy ? { target: { below: 20 } } : {}) },
    );
  }
  return figures;
}

async function connect(tributary: Tributary, sandbox: Sandbox): Promise<void> {
  await tributary.api('/v1/definitions/activity/create', { name: 'Meeting booked' });
  await tributary.command('kommo', 'connect', '--url', sandbox.url, '--token', sandbox.token);
  await tributary.push(await qualificationFollowUp());
}

async function moveDeals(o: {
  perSecond: number;
  seconds: number;
  sink: Sink;
  sandbox: Sandbox;
  tributary: Tributary;
}): Promise<{ mails: number[]; answers: number[] }> {
  const { sandbox, sink, tributary, perSecond, seconds } = o;
  const address = (i: number): string => `deal-${perSecond}-${i}@example.com`;
  const deals = new Array<number>(perSecond * seconds);
  await inParallel(deals.length, 8, async (i) => {
    const contact = { first_name: 'Anna', last_name: `Petrova ${i}`, email: address(i) };
    deals[i] = (await sandbox.control<{ id: number }>('add-lead', { name: `Deal ${i}`, price: 3000 + i, contact })).id;
  });
  await sandbox.control('settled');
  await tributary.quiet();
  // Kommo's limit counts the requests of the last second.
  await sleep(2000);
  await sandbox.control('clear-logs');

  const statusId = await sandbox.statusId('Qualification');
  const moved = await pace({
    perSecond,
    seconds,
    begin: (i) => sandbox.control('move-lead', { id: deals[i], statusId }),
  });
  const arrived = new Map((await sink.take(deals.length)).map(({ to, at }) => [to, at]));
  await sandbox.control('settled');
  const { refused } = await sandbox.requests();
  if (refused > 0) throw new Error(`Kommo refused ${refused} requests: the limit was not kept`);
  return {
    mails: moved.map((at, i) => arrived.get(address(i))! - at),
    answers: await sandbox.answerTimes(),
  };
}
