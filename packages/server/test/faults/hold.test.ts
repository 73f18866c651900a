import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type KommoSandbox, startKommoSandbox } from '@tributary/kommo-sandbox';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';
import { playbook } from '../support/world.ts';
import { type Installation, install } from './support/installation.ts';

const ANNA = 'anna@example.com';
const BEN = 'ben@example.com';

test('mail whose answer was lost in a crash is held where the operator says so, shown, and let go when told', async (t) => {
  const { tributary, kommo, sink } = await open(t);
  sink.onMail = ({ to }) => (to === ANNA ? 'take and never answer' : 'take');
  addDeal(kommo, ANNA);
  await until('the mail server has it, and has not said so yet', () => sink.mailsTo(ANNA).length === 1);
  await tributary.killServer();
  sink.onMail = () => 'take';

  tributary.start({ MAIL_WHEN_UNCERTAIN: 'hold' });
  await tributary.ready();
  const db = await tributary.database();
  const state = async () => {
    const { rows } = await db.query<{ state: string; uncertain: number }>(
      'select state, uncertain_count as uncertain from message order by id limit 1',
    );
    return rows[0]!;
  };
  await until('the message is known to be uncertain', async () => (await state()).state === 'uncertain');
  // Others are not held up, and by the time they have their mail, hers would have gone again.
  addDeal(kommo, BEN);
  await until('another mail leaves', () => sink.mailsTo(BEN).length === 1);
  assert.deepEqual(await state(), { state: 'uncertain', uncertain: 1 });
  assert.equal(sink.mailsTo(ANNA).length, 1);
  const held = await tributary.command('doctor');
  assert.equal(held.code, 1, held.output);
  assert.match(held.output, /WRONG {2}\d+ messages? waits? to be sent, 1 is uncertain\n.*MAIL_WHEN_UNCERTAIN=resend/);

  assert.equal(await tributary.stop(), 0);
  tributary.start({ MAIL_WHEN_UNCERTAIN: 'resend' });
  await tributary.ready();
  await until('her mail goes again', () => sink.mailsTo(ANNA).length === 2);
  const [first, second] = sink.mailsTo(ANNA);
  assert.equal(first!.messageId, second!.messageId);
  await until('it is written down', async () => (await state()).state === 'sent');
  const healthy = await tributary.command('doctor');
  assert.equal(healthy.code, 0, healthy.output);
  assert.equal(await tributary.stop(), 0);
  assert.deepEqual(tributary.surprises, []);
  assert.deepEqual([sink.mailsTo(ANNA).length, sink.mailsTo(BEN).length], [2, 1]);
});

async function open(t: TestContext): Promise<{ tributary: Installation; kommo: KommoSandbox; sink: SmtpSink }> {
  const closers: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (let close = closers.pop(); close; close = closers.pop()) await close();
  });
  const sink = await startSmtpSink();
  closers.push(sink.close);
  const kommo = await startKommoSandbox({ requestsPerSecond: 0 });
  closers.push(kommo.close);
  const folder = await mkdtemp(join(tmpdir(), 'tributary-playbook-'));
  closers.push(() => rm(folder, { recursive: true }));
  const tributary = await install({ SMTP_URL: sink.url });
  closers.push(tributary.close);

  tributary.start();
  await tributary.ready();
  const connected = await tributary.command('kommo', 'connect', '--url', kommo.url, '--token', kommo.token);
  assert.equal(connected.code, 0, connected.output);
  const file = join(folder, 'playbook.json');
  const { journey, templates } = await playbook();
  // Its goal is an activity that is nowhere defined here.
  const { goal: _goal, ...rest } = journey;
  await writeFile(file, JSON.stringify({ journey: { ...rest, holdOut: 0 }, templates }));
  const pushed = await tributary.command('journeys', 'push', file);
  assert.equal(pushed.code, 0, pushed.output);
  return { tributary, kommo, sink };
}

function addDeal(kommo: KommoSandbox, email: string): void {
  const statusId = kommo.stage('Qualification').statusId;
  kommo.addLead({ name: `Deal of ${email}`, contact: { first_name: 'A', last_name: 'B', email }, statusId });
}
