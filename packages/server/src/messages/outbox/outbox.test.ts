import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { simpleParser } from 'mailparser';
import { silent } from '../../../test/support/database.ts';
import { openPool } from '../../platform/database/pool.ts';
import { eventually } from '../test/eventually.ts';
import { opened } from '../test/opened.ts';
import { startSmtp } from '../test/smtp-server.ts';
import { createWorld, listeningLog, type World } from '../test/world.ts';

describe('sending messages', () => {
  let world: World;
  const { open, smtpServer, sender, stopAll } = opened(() => world);
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());
  afterEach(async () => {
    await stopAll();
  });

  let people = 0;
  const somebody = (fields: object = {}) =>
    world.person({ 'str::email': `p${++people}@example.com`, 'str::first': 'Anna', ...fields } as never);
  const ids = async (personId: string) => (await world.timeline(personId)).map(({ activityId }) => activityId);

  test('a message is sent once, and the timeline says so', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna, { key: 'once' });
    await world.queue(anna, { key: 'once' });
    const message = await world.message(anna, 'sent');
    assert.equal(message.subject, 'Hello Anna');
    assert.equal(message.attempts, 1);
    const [mail] = smtp.received;
    const parsed = await simpleParser(mail!.source);
    assert.match(parsed.messageId!, new RegExp(`^<${publicId(message.id, 'message')}\\.[0-9a-f]{24}@acme\\.example>$`));
    assert.match(mail!.source, /^Message-ID: </m, 'on one line');
    assert.equal(parsed.from?.text, '"Acme Sales" <sales@acme.example>');
    assert.equal(parsed.subject, 'Hello Anna');
    const sent = (await world.timeline(anna)).find(({ activityId }) => activityId === 'act::s');
    assert.deepEqual(sent?.attributes, {
      'idt::c': 'c1',
      'str::cn': 'Follow-up',
      'str::ct': 'journey',
      'str::jsi': 'mail-1',
      'idt::jri': 'r1',
      'idt::mi': publicId(message.id, 'message'),
      'str::asn': 'hello',
      'str::s': 'Hello Anna',
      'bol::t': false,
    });
    assert.equal(smtp.received.length, 1);
  });

  test('a mail offers to unsubscribe in one click, a receipt does not: nobody can unsubscribe from it', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    for (const [transactional, offers] of [
      [false, true],
      [true, false],
    ] as const) {
      const anna = await somebody();
      await world.queue(anna, { rules: { cap: 'none', transactional } });
      const { address } = await world.message(anna, 'sent');
      const { source } = smtp.received.find(({ to }) => to === address)!;
      assert.equal(/^List-Unsubscribe: <https:\/\/t\.example\/t\/u\//m.test(source.replace(/\r\n /g, ' ')), offers);
      assert.equal(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m.test(source), offers);
      assert.match(source, /\/t\/o\//, 'it is tracked all the same');
    }
  });

  test('who unsubscribes while their mail is in hand, behind a slow mail server, gets none', async () => {
    const [begun, slow] = [Promise.withResolvers<void>(), Promise.withResolvers<undefined>()];
    const onMail = () => {
      begun.resolve();
      return slow.promise;
    };
    const smtp = await smtpServer({ onMail });
    const [ben, anna] = [await somebody(), await somebody()];
    for (const person of [ben, anna]) await world.queue(person);
    await sender(smtp, { connections: 1 });
    await begun.promise;
    assert.equal((await world.message(anna)).state, 'sending');
    await world.people.record(world.workspaceId, [
      { who: { personId: anna }, fields: { 'bol::p': false }, source: 'API' },
    ]);
    world.clock.advance(5000);
    slow.resolve(undefined);
    const message = await world.message(anna, 'skipped');
    assert.equal(message.reason, 'the person has unsubscribed from e-mail');
    await world.message(ben, 'sent');
    assert.equal(smtp.received.length, 1);
  });

  test('nor does who unsubscribes while their mail waits for one of the few connections that the server takes', async () => {
    const [begun, slow] = [Promise.withResolvers<void>(), Promise.withResolvers<undefined>()];
    const [first, ben, anna] = [await somebody(), await somebody(), await somebody()];
    let isSlow = false;
    const onMail = () => {
      if (!isSlow) return undefined;
      begun.resolve();
      return slow.promise;
    };
    const smtp = await smtpServer({ onMail, maxClients: 1 });
    await world.queue(first);
    await sender(smtp, { connections: 2 });
    await world.message(first, 'sent');
    isSlow = true;
    for (const person of [ben, anna]) await world.queue(person);
    await begun.promise;
    await eventually('another connection is refused', async () => smtp.connections() > 1);
    await world.people.record(world.workspaceId, [
      { who: { personId: anna }, fields: { 'bol::p': false }, source: 'API' },
    ]);
    world.clock.advance(5000);
    slow.resolve(undefined);
    await world.message(ben, 'sent');
    assert.equal((await world.message(anna, 'skipped')).reason, 'the person has unsubscribed from e-mail');
    assert.equal(smtp.received.length, 2);
  });

  test('a process with nothing to send asks the database next to nothing', async (t) => {
    const db = openPool(world.t.connection, silent, 4);
    open.push({ stop: () => db.end() });
    const smtp = await smtpServer();
    await sender(smtp, { db });
    const anna = await somebody();
    await world.queue(anna);
    await world.message(anna, 'sent');
    const asked = t.mock.method(db, 'query');
    // Some hundred round trips: time enough for a loop that spins to show.
    for (let i = 0; i < 300; i++) await world.t.db.query('select 1');
    assert.ok(asked.mock.callCount() < 20, `${asked.mock.callCount()} statements`);
  });

  test('a template that was changed a moment ago is sent as it is now', async () => {
    const smtp = await smtpServer();
    await sender(smtp);
    const anna = await somebody();
    for (const subject of ['One', 'Two']) {
      await world.putTemplate('edited', { subject });
      await world.queue(anna, { template: 'edited' });
      await eventually(`the mail “${subject}”`, async () =>
        smtp.received.some(({ source }) => source.includes(`Subject: ${subject}`)),
      );
    }
  });

  const skipped: [string, object, RegExp][] = [
    ['who has unsubscribed', { 'bol::p': false }, /unsubscribed/],
    ['who has no address', { 'str::email': null, 'str::ei': 'x1' }, /no e-mail address/],
  ];
  for (const [who, fields, reason] of skipped) {
    test(`a person ${who} gets nothing, and the timeline says why`, async () => {
      const smtp = await smtpServer();
      await sender(smtp);
      const person = await somebody(fields);
      await world.queue(person);
      assert.match((await world.message(person, 'skipped')).reason ?? '', reason);
      const [newest] = await world.timeline(person);
      assert.equal(newest?.activityId, 'act::sk');
      assert.match(String(newest?.attributes['str::rn']), reason);
      assert.equal(smtp.received.length, 0);
    });
  }

  test('greylisting: tried again ten seconds later, and then sent', async () => {
    let tries = 0;
    const smtp = await smtpServer({
      onTo: () => (++tries === 1 ? { code: 451, text: '4.7.1 come again' } : undefined),
    });
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna);
    const waiting = await eventually('a refusal', async () => {
      const row = await world.message(anna);
      return row.reason !== null && row;
    });
    assert.equal(waiting.state, 'queued');
    assert.match(waiting.reason ?? '', /451 4\.7\.1 come again/);
    assert.equal(tries, 1);
    world.clock.advance(10_000);
    assert.equal((await world.message(anna, 'sent')).attempts, 2);
    assert.equal(smtp.received.length, 1);
  });

  test('refused for three days: given up, as a soft bounce', async () => {
    const smtp = await smtpServer({ onTo: () => ({ code: 452, text: '4.2.2 mailbox full' }) });
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna);
    const started = world.clock.now().getTime();
    for (let tries = 1; tries < 11; tries++) {
      const row = await eventually(`try ${tries}`, async () => {
        const message = await world.message(anna);
        return message.attempts === tries && message.state === 'queued' && message;
      });
      world.clock.advance(row.dueAt!.getTime() - world.clock.now().getTime());
    }
    await world.message(anna, 'failed');
    const days = (world.clock.now().getTime() - started) / 86_400_000;
    assert.ok(days > 2.5 && days < 3.5, `${days} days`);
    const bounce = (await world.timeline(anna)).find(({ activityId }) => activityId === 'act::b');
    assert.equal(bounce?.attributes['str::bt'], 'soft');
    assert.notEqual((await world.fields(anna))['bol::hb'], true);
  });

  test('an address nobody has: a hard bounce, and nothing more is sent there', async () => {
    const smtp = await smtpServer({ onTo: () => ({ code: 550, text: '5.1.1 no such user' }) });
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna);
    assert.equal((await world.message(anna, 'bounced')).reason, '550 5.1.1 no such user');
    const bounce = (await world.timeline(anna)).find(({ activityId }) => activityId === 'act::b');
    assert.equal(bounce?.attributes['str::bt'], 'hard');
    assert.equal(bounce?.attributes['str::be'], `p${people}@example.com`);
    assert.equal((await world.fields(anna))['bol::hb'], true);
    await world.queue(anna);
    assert.match((await world.message(anna, 'skipped')).reason ?? '', /bounced before/);
  });

  test('a bounced address is suppressed, whoever has it; somebody with another is not', async () => {
    const smtp = await smtpServer({ onTo: () => ({ code: 550, text: '5.1.1 no such user' }) });
    const refusing = await sender(smtp);
    const anna = await somebody();
    await world.queue(anna);
    await world.message(anna, 'bounced');
    await refusing.stop();
    open.splice(open.indexOf(refusing), 1);
    const suppressed = (await world.timeline(anna)).find(({ activityId }) => activityId === 'act::es');
    assert.deepEqual(suppressed?.attributes, { 'str::is': 'Email', 'str::rn': 'Hard bounced' });
    const address = `p${people}@example.com`;
    await world.people.lifecycle.change(world.workspaceId, 'archive', { ids: [anna] }, 'test');
    const again = await world.person({ 'str::email': address });
    assert.notEqual(again, anna);
    await sender(await smtpServer());
    await world.queue(again);
    assert.match((await world.message(again, 'skipped')).reason ?? '', /bounced before/);
    await world.people.record(world.workspaceId, [
      { who: { personId: again }, fields: { 'str::email': `new-${address}` }, source: 'test' },
    ]);
    await world.queue(again, { key: 'to the new one' });
    await world.message(again, 'sent');
    await world.queue(anna, { key: 'to who is archived' });
    assert.equal((await world.message(anna, 'skipped')).reason, 'the person is archived');
  });

  test('nothing is sent to a suppressed address, and the timeline says why; taken off the list, it gets mail', async () => {
    await sender(await smtpServer());
    const anna = await somebody();
    const address = `P${people}@Example.com`;
    await world.people.suppression.add(world.workspaceId, [address], { reason: 'asked by phone', source: 'test' });
    await world.queue(anna);
    const why = 'the address is on the suppression list (asked by phone)';
    assert.equal((await world.message(anna, 'skipped')).reason, why);
    const skipped = (await world.timeline(anna)).find(({ activityId }) => activityId === 'act::sk');
    assert.equal(skipped?.attributes['str::rn'], why);
    await world.people.suppression.remove(world.workspaceId, [address], 'test');
    await world.queue(anna);
    await world.message(anna, 'sent');
  });

  test('a refusal that is about us does not mark the person', async () => {
    const smtp = await smtpServer({ onMail: () => ({ code: 554, text: '5.7.1 looks like spam' }) });
    await sender(smtp);
    const anna = await somebody();
    await world.queue(anna);
    await world.message(anna, 'failed');
    assert.notEqual((await world.fields(anna))['bol::hb'], true);
    assert.deepEqual(await ids(anna), ['act::sk', ...(await ids(anna)).slice(1)]);
    assert.equal((await ids(anna)).includes('act::b'), false);
  });

  test('while the mail server refuses us, mail is held and nobody bounces; let in again, everyone gets theirs', async () => {
    let refused = true;
    let asked = 0;
    const smtp = await smtpServer({
      onTo: () => {
        asked += 1;
        return refused ? { code: 554, text: '5.7.1 relaying denied' } : undefined;
      },
    });
    const { messages } = await sender(smtp, { connections: 1 });
    const all = [await somebody(), await somebody(), await somebody(), await somebody(), await somebody()];
    for (const person of all) await world.queue(person);
    await eventually('the channel is known to be at fault', async () => !messages.channelState().reachable);
    assert.match(messages.channelState().why ?? '', /relaying denied/);
    // Longer than any mail would be tried for by itself.
    for (let days = 0; days < 8; days += 4) {
      const before = asked;
      world.clock.advance(4 * 24 * 3_600_000);
      await eventually('one is tried', async () => asked > before);
    }
    const { refused: waiting, lastReason } = await messages.outboxState(world.t.db);
    assert.ok(waiting >= 3, `${waiting} wait with that reason`);
    assert.match(lastReason ?? '', /^the mail server refuses us: 554/);
    for (const person of all) await world.message(person, 'queued');
    refused = false;
    for (const person of all) {
      await eventually('it is sent', async () => {
        world.clock.advance(60_000);
        return (await world.message(person)).state === 'sent';
      });
      assert.deepEqual(await ids(person), ['act::s', ...(await ids(person)).slice(1)]);
      assert.equal((await ids(person)).includes('act::b'), false);
    }
    assert.deepEqual(messages.channelState(), { reachable: true });
  });

  test('what is uncertain and held is sent again, or dropped, as the operator says', async () => {
    const smtp = await smtpServer();
    const { messages } = await sender(smtp, { whenUncertain: 'hold' });
    const [anna, ben] = [await somebody(), await somebody()];
    for (const person of [anna, ben]) {
      await world.queue(person);
      await world.message(person, 'sent');
    }
    await world.t.db.query(
      `update message set state = 'uncertain', sent_at = null where person_id = any($1::bigint[])`,
      [[anna, ben]],
    );
    const sent = smtp.received.length;
    const of = async (person: string) => (await world.message(person)).id;
    assert.equal(await messages.settleUncertain(await of(ben), 'drop'), true);
    assert.equal(await messages.settleUncertain(await of(anna), 'resend'), true);
    await world.message(anna, 'sent');
    assert.match((await world.message(ben, 'failed')).reason ?? '', /dropped by the operator/);
    // Who reads of it, and a run that waits to hear how it went.
    assert.equal((await ids(ben))[0], 'act::sk');
    assert.equal(smtp.received.length, sent + 1);
    for (const person of [anna, ben]) {
      assert.equal(await messages.settleUncertain(await of(person), 'resend'), false, 'it is settled');
    }
  });

  test('a template that fails for one person does not hold up the others', async () => {
    await world.putTemplate('sum', {
      subject: '{% if people.first-name == "Zero" %}{% for i in (1..100000000) %}{% endfor %}{% endif %}x',
    });
    const smtp = await smtpServer();
    await sender(smtp);
    const zero = await somebody({ 'str::first': 'Zero' });
    const other = await somebody();
    await world.queue(zero, { template: 'sum' });
    await world.queue(other, { template: 'sum' });
    await world.message(other, 'sent');
    assert.match((await world.message(zero, 'failed')).reason ?? '', /can not be rendered: line 1: memory/);
    assert.equal((await ids(zero))[0], 'act::sk');
  });

  test('a template that is not there: failed, and it says so', async () => {
    await sender(await smtpServer());
    const anna = await somebody();
    await world.queue(anna, { template: 'nowhere' });
    const why = 'there is no template "nowhere"';
    assert.equal((await world.message(anna, 'failed')).reason, why);
    const [newest] = await world.timeline(anna);
    assert.deepEqual([newest?.activityId, newest?.attributes['str::rn']], ['act::sk', why]);
  });

  test('the mail server away: everything waits, no try is lost, and the log says it once', async () => {
    const gone = await startSmtp();
    await gone.close();
    const { log, lines } = listeningLog();
    const { messages } = await sender(gone, { log });
    const persons = [await somebody(), await somebody(), await somebody()];
    for (const person of persons) await world.queue(person);
    const said = (text: RegExp) => lines.filter(({ msg }) => text.test(msg)).length;
    await eventually('that it is noticed', async () => !messages.channelState().reachable);
    for (let i = 0; i < 5; i++) world.clock.advance(60_000);
    await eventually('that nothing is in hand', async () => (await messages.outboxState(world.t.db)).sending === 0);
    assert.equal(said(/can not be reached/), 1);
    const smtp = await smtpServer({ port: gone.port });
    await eventually('the mails', async () => {
      world.clock.advance(60_000);
      return smtp.received.length === 3;
    });
    for (const person of persons) assert.equal((await world.message(person, 'sent')).attempts, 1);
    assert.equal(said(/is there again/), 1);
    assert.equal(said(/can not be reached/), 1);
  });

  test('four processes share the work, and each message is sent once', async () => {
    const smtp = await smtpServer();
    await Promise.all([1, 2, 3, 4].map(() => sender(smtp, { connections: 4 })));
    const person = await somebody();
    await Promise.all(Array.from({ length: 200 }, () => world.queue(person)));
    const sent = `select count(*)::int as n from message where person_id = $1 and state = 'sent'`;
    await eventually(
      '200 sent',
      async () => (await world.t.db.query<{ n: number }>(sent, [person])).rows[0]!.n === 200,
    );
    const messageIds = smtp.received.map(({ source }) => /^Message-ID: (.*)\r$/m.exec(source)![1]);
    assert.equal(messageIds.length, 200);
    assert.equal(new Set(messageIds).size, 200);
  });

  test('stopped with mails on the wire: they are finished and written down, the rest goes back to the queue', async () => {
    let answer: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let onTheWire = 0;
    const smtp = await smtpServer({
      onMail: async () => {
        onTheWire += 1;
        await asked;
      },
    });
    const process = await world.process({ smtp: smtp.url, connections: 2 });
    const person = await somebody();
    for (let i = 0; i < 6; i++) await world.queue(person);
    const states = async () =>
      (
        await world.t.db.query<{ state: string; attempts: number; n: number }>(
          'select state, attempts, count(*)::int as n from message where person_id = $1 group by 1, 2 order by 1',
          [person],
        )
      ).rows;
    await eventually('all in hand', async () => (await states()).every(({ state }) => state === 'sending'));
    await eventually('two are on the wire', async () => onTheWire === 2);
    const stopped = process.stop();
    answer!();
    await stopped;
    assert.deepEqual(await states(), [
      { state: 'queued', attempts: 0, n: 4 },
      { state: 'sent', attempts: 1, n: 2 },
    ]);
    await sender(smtp);
    await eventually('the rest', async () => (await states()).every(({ state }) => state === 'sent'));
    assert.equal(smtp.received.length, 6);
  });
});
