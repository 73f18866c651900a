import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { simpleParser } from 'mailparser';
import { answerTo, feedbackOf, mailOf, reportOf } from '../../../test/support/mails.ts';
import { messageIdOf } from '../message-id.ts';
import { startSmtp, type TestSmtp } from '../test/smtp-server.ts';
import { CAMPAIGN, createWorld, listeningLog, type TestProcess, type World } from '../test/world.ts';
import type { TakenFor } from './receive.ts';

describe('mail that comes in', () => {
  let world: World;
  let smtp: TestSmtp;
  let running: TestProcess;
  const { log, lines } = listeningLog();
  const counted: TakenFor[] = [];
  before(async () => {
    world = await createWorld();
    smtp = await startSmtp();
    running = await world.process({ smtp: smtp.url, log, onReceived: (as) => counted.push(as) });
  });
  after(async () => {
    await running.stop();
    await smtp.close();
    await world.close();
  });

  let people = 0;
  /** Somebody who got a mail, with the Message-ID that it came with. */
  const mailed = async (template = 'hello') => {
    const address = `reader${++people}@example.com`;
    const person = await world.person({ 'str::email': address, 'str::first': 'Anna' });
    await world.queue(person, { template });
    const { id } = await world.message(person, 'sent');
    const { messageId } = await simpleParser(smtp.received.find(({ to }) => to === address)!.source);
    world.clock.advance(60_000);
    return { address, person, id, messageId: messageId! };
  };
  async function* inPieces(mail: Buffer) {
    for (let from = 0; from < mail.length; from += 7919) yield mail.subarray(from, from + 7919);
  }
  const receive = (mail: Buffer) => running.messages.receive(world.workspaceId, inPieces(mail));
  const takenFor = async (mail: Buffer) => (await receive(mail)).as;
  const of = async (person: string, activityId: string) =>
    (await world.timeline(person)).filter((activity) => activity.activityId === activityId);

  test('a person answers: an activity of that message, and the moment of the first time', async () => {
    const { person, id, messageId } = await mailed();
    const received = await receive(answerTo(messageId));
    assert.deepEqual(received, { as: 'reply', messageId: id, personId: person, recorded: 'now' });
    const [replied] = await of(person, 'act::re');
    assert.deepEqual(replied?.attributes, {
      ...CAMPAIGN,
      'idt::mi': publicId(id, 'message'),
      'str::asn': 'hello',
      'str::s': 'Hello Anna',
      'bol::t': false,
    });
    const { repliedAt } = await world.message(person);
    assert.ok(repliedAt && Math.abs(world.clock.now().getTime() - repliedAt.getTime()) < 5000);
    world.clock.advance(60_000);
    await receive(answerTo(messageId));
    assert.equal((await of(person, 'act::re')).length, 2, 'another mail is another answer');
    assert.deepEqual((await world.message(person)).repliedAt, repliedAt);
  });

  test('the same mail, delivered again and at the same time to several mailboxes, is recorded once', async () => {
    const { person, messageId } = await mailed();
    const answer = answerTo(messageId);
    const results = await Promise.all(Array.from({ length: 20 }, () => receive(answer)));
    world.clock.advance(60_000);
    results.push(await receive(answer));
    const recorded = results.map((one) => 'recorded' in one && one.recorded);
    assert.deepEqual(recorded.filter((one) => one === 'now').length, 1);
    assert.deepEqual(recorded.filter((one) => one === 'before').length, 20);
    assert.equal((await of(person, 'act::re')).length, 1);
  });

  test('a mail without a Message-ID is told from others by what else it says', async () => {
    const { person, messageId } = await mailed();
    const without = (date: string) => mailOf({ From: 'a@example.com', Date: date, 'In-Reply-To': messageId });
    for (const date of ['Tue, 3 Nov 2026 10:00:00 +0000', 'Tue, 3 Nov 2026 10:00:00 +0000', 'Wed, 4 Nov 2026'])
      assert.equal(await takenFor(without(date)), 'reply');
    assert.equal((await of(person, 'act::re')).length, 2);
  });

  test('an answer in a thread belongs to the message that it answers, and else to the last of the thread', async () => {
    const [first, second] = [await mailed(), await mailed()];
    const foreign = '<x@elsewhere.example>';
    const thread = `${first.messageId} ${second.messageId}\r\n\t${foreign}`;
    const answered = async (more: Record<string, string>) => {
      const received = await receive(answerTo(foreign, more));
      return 'messageId' in received ? received.messageId : received.as;
    };
    assert.equal(await answered({ 'In-Reply-To': first.messageId, References: thread }), first.id);
    assert.equal(await answered({ 'In-Reply-To': foreign, References: thread }), second.id);
    assert.equal(await answered({ References: foreign, 'In-Reply-To': first.messageId.toUpperCase() }), first.id);
    assert.equal(await answered({ References: foreign }), 'unrelated');
  });

  test('an id that we did not sign is nobody’s message: guessed, changed, of another message or another workspace', async () => {
    const { person, id, messageId } = await mailed();
    const other = await mailed();
    const [mac, otherMac] = [messageId, other.messageId].map((one) => /\.([0-9a-f]{24})@/.exec(one)![1]!);
    const forged = [
      `<${publicId(id, 'message')}@acme.example>`,
      `<${publicId(id, 'message')}.${'0'.repeat(24)}@acme.example>`,
      messageId.replace(mac!, otherMac!),
      messageId.replace(mac!, mac!.slice(0, 23)),
      messageId.replace(publicId(id, 'message'), publicId(String(BigInt(id) + 1n), 'message')),
      `<${messageIdOf(createSecretKey(Buffer.from('another workspace')), id, 'acme.example')}>`,
    ];
    for (const one of forged) assert.equal(await takenFor(answerTo(one)), 'unrelated', one);
    for (const report of [reportOf, feedbackOf])
      for (const one of forged) assert.equal(await takenFor(report(one)), 'unrelated', one);
    assert.equal((await of(person, 'act::re')).length, 0);
    assert.equal((await world.message(person)).state, 'sent');
  });

  test('nothing is left of mail that names none of our messages', async () => {
    const before = await world.t.db.query(
      'select (select count(*) from activity) + (select count(*) from message_reply) as n',
    );
    for (const mail of [answerTo('<a@b.example>'), reportOf('<a@b.example>'), mailOf({ Subject: 'Win a prize' })])
      assert.equal(await takenFor(mail), 'unrelated');
    const after = await world.t.db.query(
      'select (select count(*) from activity) + (select count(*) from message_reply) as n',
    );
    assert.deepEqual(after.rows, before.rows);
  });

  test('what a program answers is no reply: told in the log and counted', async () => {
    const { person, messageId } = await mailed();
    counted.length = lines.length = 0;
    const received = await receive(answerTo(messageId, { 'Auto-Submitted': 'auto-replied (vacation)' }));
    assert.deepEqual(received, {
      as: 'automatic',
      messageId: (await world.message(person)).id,
      personId: person,
      why: 'Auto-Submitted: auto-replied',
    });
    assert.deepEqual(counted, ['automatic']);
    assert.ok(lines.some(({ msg }) => msg === 'a program answered a message by itself: that is no reply'));
    assert.equal((await of(person, 'act::re')).length, 0);
    assert.equal((await world.message(person)).repliedAt, null);
  });

  test('what one of us writes in the thread is no reply; what a colleague of hers writes is one', async () => {
    await world.putTemplate('from daniel', { fromEmail: 'daniel@sales.example', replyTo: 'replies@in.example' });
    const { address, person, messageId } = await mailed('from daniel');
    for (const From of ['sales@acme.example', 'Eva <eva@acme.example>', 'D <DANIEL@sales.example>', 'x@in.example'])
      assert.equal(await takenFor(answerTo(messageId, { From })), 'ours', From);
    assert.equal((await of(person, 'act::re')).length, 0);
    for (const From of [`Anna <${address}>`, 'colleague@example.com', 'anna@private.example', 'nonsense'])
      assert.equal(await takenFor(answerTo(messageId, { From })), 'reply', From);
    const us = await world.person({ 'str::email': 'tester@acme.example', 'str::first': 'Tess' });
    await world.queue(us);
    await world.message(us, 'sent');
    const sent = await simpleParser(smtp.received.find(({ to }) => to === 'tester@acme.example')!.source);
    assert.equal(await takenFor(answerTo(sent.messageId!, { From: 'tester@acme.example' })), 'reply');
  });

  test('a mail that a server gives up for good is the bounce that a refusal at once is', async () => {
    const refusing = await startSmtp({ onTo: () => ({ code: 550, text: '5.1.1 <x>: User unknown' }) });
    const other = await createWorld();
    const sender = await other.process({ smtp: refusing.url });
    const refused = await other.person({ 'str::email': 'refused@example.com', 'str::first': 'Anna' });
    await other.queue(refused);
    await other.message(refused, 'bounced');
    const atOnce = (await other.timeline(refused)).find(({ activityId }) => activityId === 'act::b')!.attributes;
    await sender.stop();
    await refusing.close();
    await other.close();

    const { address, person, id, messageId } = await mailed();
    const report = reportOf(messageId, { diagnostic: 'smtp; 550 5.1.1 <x>: User unknown' });
    assert.deepEqual(await receive(report), {
      as: 'bounce',
      messageId: id,
      personId: person,
      recorded: 'now',
      why: '550 5.1.1 <x>: User unknown',
    });
    const [told] = await of(person, 'act::b');
    const alike = { 'idt::mi': publicId(id, 'message'), 'str::be': address };
    assert.deepEqual(told?.attributes, { ...atOnce, ...alike });
    const message = await world.message(person);
    assert.deepEqual([message.state, message.sentAt !== null], ['bounced', true]);
    assert.equal((await world.fields(person))['bol::hb'], true);
    await world.queue(person);
    await world.message(person, 'skipped');
    assert.deepEqual(await of(person, 'act::re'), []);
    const again = await receive(report);
    assert.equal('recorded' in again && again.recorded, 'before');
    assert.equal((await of(person, 'act::b')).length, 1);
  });

  const reports: Record<string, [Parameters<typeof reportOf>[1], string, string, bounces: number]> = {
    'of a mail that is late changes nothing': [{ action: 'delayed', status: '4.4.1' }, 'report', 'sent', 0],
    'of a mail that was delivered changes nothing': [{ action: 'delivered', status: '2.0.0' }, 'report', 'sent', 0],
    'with the head of the mail alone is understood': [{ original: 'text/rfc822-headers' }, 'bounce', 'bounced', 1],
    'without the server’s words goes by its status': [{ status: '5.1.1', diagnostic: '' }, 'bounce', 'bounced', 1],
    'that it was given up after days is no fault of the address': [
      { status: '4.4.1', diagnostic: 'smtp; connect to mx.example.com: Connection timed out' },
      'bounce',
      'failed',
      1,
    ],
    'that the mailbox is full is no fault of the address': [
      { status: '5.2.2', diagnostic: 'smtp; 552 5.2.2 Mailbox full' },
      'bounce',
      'failed',
      1,
    ],
    'that speaks of us is no fault of hers': [
      { status: '5.7.1', diagnostic: 'smtp; 550 5.7.1 blocked by policy' },
      'bounce',
      'failed',
      0,
    ],
  };
  for (const [what, [report, as, state, bounces]] of Object.entries(reports)) {
    test(`a notification ${what}`, async () => {
      const { person, messageId } = await mailed();
      assert.equal(await takenFor(reportOf(messageId, report)), as);
      assert.equal((await world.message(person)).state, state);
      assert.equal((await world.fields(person))['bol::hb'] === true, state === 'bounced');
      assert.equal((await of(person, 'act::b')).length, bounces);
    });
  }

  test('whoever calls a mail spam has said so once for that mail, and gets no more', async () => {
    const { person, id, messageId } = await mailed();
    const received = await receive(feedbackOf(messageId));
    const complaint = { as: 'complaint', messageId: id, personId: person, why: 'abuse' } as const;
    assert.deepEqual(received, { ...complaint, recorded: 'now' });
    world.clock.advance(60_000);
    const original = 'text/rfc822-headers';
    assert.deepEqual(await receive(feedbackOf(messageId, { original })), { ...complaint, recorded: 'before' });
    const told = await of(person, 'act::s-ab');
    assert.deepEqual(
      told.map(({ attributes }) => [attributes['idt::mi'], attributes['str::rn']]),
      [[publicId(id, 'message'), 'abuse']],
    );
    assert.deepEqual(
      (await of(person, 'act::u-all')).map(({ attributes }) => attributes['str::u-ctx']),
      ['Spam complaint'],
    );
    assert.equal((await world.fields(person))['bol::p'], false);
    await world.queue(person);
    await world.message(person, 'skipped');
    assert.deepEqual([await of(person, 'act::re'), await of(person, 'act::b')], [[], []]);
  });

  test('feedback that a mail is no spam, or of a virus, changes nothing', async () => {
    const { person, messageId } = await mailed();
    for (const type of ['not-spam', 'virus', 'auth-failure'])
      assert.equal(await takenFor(feedbackOf(messageId, { type })), 'report');
    assert.notEqual((await world.fields(person))['bol::p'], false);
    assert.deepEqual(await of(person, 'act::s-ab'), []);
  });

  test('once she has another address, nobody says that hers bounced', async () => {
    const { address, person, messageId } = await mailed();
    await receive(reportOf(messageId));
    const record = (fields: object) =>
      world.people.record(world.workspaceId, [{ who: { personId: person }, fields: { ...fields }, source: 'API' }]);
    await record({ 'str::first': 'Anne' });
    assert.equal((await world.fields(person))['bol::hb'], true);
    await record({ 'str::email': `right-${address}` });
    assert.equal('bol::hb' in (await world.fields(person)), false);
  });

  test('an address that she no longer has bounces, and hers stays', async () => {
    const { address, person, messageId } = await mailed();
    await world.people.record(world.workspaceId, [
      { who: { personId: person }, fields: { 'str::email': `new-${address}` }, source: 'API' },
    ]);
    assert.equal(await takenFor(reportOf(messageId)), 'bounce');
    assert.equal((await of(person, 'act::b')).length, 1);
    assert.notEqual((await world.fields(person))['bol::hb'], true);
  });

  test('a mail that came back gives its place under the cap to the one that waits for it', async () => {
    const address = `reader${++people}@example.com`;
    const person = await world.person({ 'str::email': address, 'str::first': 'Anna' });
    const rules = { cap: { messages: 1, hours: 16 }, whenCapped: 'delay' } as const;
    await world.queue(person, { rules });
    await world.message(person, 'sent');
    await world.putTemplate('second', { subject: 'Second' });
    await world.queue(person, { rules, template: 'second' });
    await world.message(person, 'queued');
    const { messageId } = await simpleParser(smtp.received.find(({ to }) => to === address)!.source);
    const full = reportOf(messageId!, { status: '5.2.2', diagnostic: 'smtp; 552 5.2.2 Mailbox full' });
    assert.equal(await takenFor(full), 'bounce');
    assert.equal((await world.message(person, 'sent')).subject, 'Second');
  });

  test('of somebody who is gone nothing is recorded, and nothing fails', async () => {
    const gone = await mailed();
    for (const what of ['archive', 'delete'] as const)
      await world.people.lifecycle.change(world.workspaceId, what, { ids: [gone.person] }, 'API');
    const received = await receive(answerTo(gone.messageId));
    assert.deepEqual(received.as === 'reply' && received.recorded, 'nobody');
    const returned = await receive(reportOf(gone.messageId));
    assert.deepEqual(returned.as === 'bounce' && returned.recorded, 'nobody');
    const complained = await receive(feedbackOf(gone.messageId));
    assert.deepEqual(complained.as === 'complaint' && complained.recorded, 'nobody');
  });

  test('whoever calls a mail spam once they are archived gets none when they come back, nor does who has come with their address', async () => {
    const { address, person, messageId } = await mailed();
    await world.people.lifecycle.change(world.workspaceId, 'archive', { ids: [person] }, 'API');
    const other = await world.person({ 'str::email': address });
    assert.notEqual(other, person);
    await receive(feedbackOf(messageId));
    for (const one of [person, other]) assert.equal((await world.fields(one))['bol::p'], false);
  });
});
