import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { MessageContent } from '@tributary/model';
import { simpleParser } from 'mailparser';
import { silent } from '../../../test/support/database.ts';
import { transaction } from '../../platform/database/pool.ts';
import { createMailbox } from '../index.ts';
import { eventually } from '../test/eventually.ts';
import { opened } from '../test/opened.ts';
import { startSmtp } from '../test/smtp-server.ts';
import { createWorld, type World } from '../test/world.ts';

const note: MessageContent = {
  channel: 'notice',
  to: ['daniel@acme.example', 'mira@acme.example'],
  subject: 'A lead: {{ people.first-name }}',
  text: 'Call {{ people.email }} about {{ activity.stage }} & more.\nToday – please.',
};

describe('notes to the team', () => {
  let world: World;
  const { open, smtpServer, sender, stopAll } = opened(() => world);
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(async () => {
    await stopAll();
    await world.close();
  });
  const anna = () => world.person({ 'str::email': 'anna@example.com', 'str::first': 'Anna' });
  const messagesOf = (person: string) => world.messages.listOfPerson(world.t.db, world.workspaceId, person, 100);
  const told = async (person: string, id: string) =>
    (await world.timeline(person)).filter(({ activityId }) => activityId === id).map(({ attributes }) => attributes);

  test('go to each address by themselves: as text, neither tracked nor to be unsubscribed from', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const person = await anna();
    await world.queue(person, { content: note, entry: { 'str:cm:stage': 'Won' }, key: 'a note' });
    await world.queue(person, { content: note, key: 'a note' });
    await eventually('two mails', async () => smtp.received.length === 2);
    assert.deepEqual(smtp.received.map(({ to }) => to).sort(), ['daniel@acme.example', 'mira@acme.example']);
    for (const { source, to } of smtp.received) {
      const mail = await simpleParser(source);
      assert.equal(mail.subject, 'A lead: Anna');
      assert.equal(mail.text?.trim(), 'Call anna@example.com about Won & more.\nToday – please.');
      assert.equal(mail.html, false);
      assert.equal(mail.from?.text, '"Acme Sales" <sales@acme.example>');
      assert.equal(Array.isArray(mail.to) ? '' : mail.to?.text, to, 'nobody sees the others');
      assert.doesNotMatch(source, /List-Unsubscribe|\/t\//);
    }
    await eventually('both are written down', async () =>
      (await messagesOf(person)).every(({ state }) => state === 'sent'),
    );
    const done = await told(person, 'act::sja');
    assert.deepEqual(
      done.map((attributes) => attributes['str::pat']),
      ['notice', 'notice'],
    );
    assert.deepEqual(await told(person, 'act::s'), []);
    assert.equal((await world.messages.countsByJourney(world.t.db, 1)).messages, 0, 'no e-mail of the journey');
  });

  test('have no cap, and go about whoever has unsubscribed', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const person = await world.person({ 'str::email': 'ben@example.com', 'bol::p': false });
    const content = { ...note, to: ['daniel@acme.example'] } as MessageContent;
    for (let i = 0; i < 3; i++) await world.queue(person, { content, rules: {} });
    await eventually('three mails', async () => smtp.received.length === 3);
  });

  test('to an address that nobody has: a step that failed; the person has not bounced', async () => {
    const smtp = await smtpServer({
      onTo: (to) => (to.startsWith('mira') ? { code: 550, text: '5.1.1 no such user' } : undefined),
    });
    await sender(smtp);
    const person = await anna();
    await world.queue(person, { content: note });
    await eventually(
      'both are decided',
      async () =>
        (await messagesOf(person))
          .map(({ state }) => state)
          .sort()
          .join() === 'failed,sent',
    );
    const [failed] = await told(person, 'act::fja');
    assert.equal(failed?.['str::jsl'], 'mira@acme.example: 550 5.1.1 no such user');
    assert.equal(failed?.['str::at'], 'A lead: Anna');
    assert.notEqual((await world.fields(person))['bol::hb'], true);
    assert.deepEqual(await told(person, 'act::b'), []);
    assert.deepEqual(
      [...(await world.people.suppression.reasons(world.t.db, world.workspaceId, ['mira@acme.example']))],
      [],
    );
  });

  test('that can not be rendered say so', async () => {
    await sender(await smtpServer());
    const person = await anna();
    await world.queue(person, { content: { ...note, text: '{{ people.first-name | nothing }}' } as MessageContent });
    assert.match(
      (await world.message(person, 'failed')).reason ?? '',
      /^the note can not be rendered: text, line 1: undefined filter: nothing/,
    );
  });

  test('of who is deleted, the built-in mailbox lets go of the notes about them, and of no others', async () => {
    const mailbox = await createMailbox({ db: world.t.db, clock: world.clock, log: silent });
    open.push({ stop: mailbox.close });
    await sender({ url: mailbox.smtpUrl });
    const [person, ben] = [await anna(), await world.person({ 'str::email': 'ben@example.com', 'str::first': 'Ben' })];
    for (const one of [person, ben]) {
      await world.queue(one, { content: note });
      await eventually('sent', async () => (await messagesOf(one)).every(({ state }) => state === 'sent'));
    }
    assert.equal((await mailbox.mailsTo('mira@acme.example')).length, 2);
    const piece = { workspaceId: world.workspaceId, ids: [person], keys: [] };
    await transaction(world.t.db, (tx) => world.messages.hearDeleted(tx, [piece]));
    const left = await mailbox.mailsTo('mira@acme.example');
    assert.deepEqual(
      left.map(({ source }) => /^Subject: (.*)\r$/m.exec(source.toString())?.[1]),
      ['A lead: Ben'],
    );
  });
});

describe('channels that are not set up', () => {
  test('what is asked of them is not sent, and the timeline says so; which they are is known beforehand', async (t) => {
    const world = await createWorld();
    t.after(world.close);
    const smtp = await startSmtp();
    const process = await world.process({ smtp: smtp.url });
    t.after(async () => {
      await process.stop();
      await smtp.close();
    });
    const contents: [MessageContent, string][] = [
      [{ channel: 'sms', text: 'Hi' }, 'SMS is not set up'],
      [{ channel: 'push', title: 'Hi', text: 'there' }, 'push is not set up'],
      [{ channel: 'inapp', text: 'Hi' }, 'in-app messages are not set up'],
      [{ channel: 'slack', text: 'Hi' }, 'Slack is not set up'],
    ];
    const channels = world.messages.channels();
    for (const channel of ['email', 'webhook', 'notice'] as const) assert.deepEqual(channels[channel], { ready: true });
    for (const [content, why] of contents) {
      assert.deepEqual(channels[content.channel], { ready: false, why });
      const person = await world.person({ 'str::email': `${content.channel}@example.com`, 'bol::sp': true });
      await world.queue(person, { content, rules: {} });
      const message = await world.message(person, 'skipped');
      assert.deepEqual([message.channel, message.reason], [content.channel, why]);
      const [newest] = await world.timeline(person);
      assert.deepEqual(
        [newest?.activityId, newest?.attributes['str::pat'], newest?.attributes['str::jsl']],
        ['act::fja', content.channel, why],
      );
    }
  });
});
