import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { answerTo, mailOf, reportOf } from '../../../../test/support/mails.ts';
import { imapAddressFrom } from '../../../platform/imap-address.ts';
import { eventually } from '../../test/eventually.ts';
import { startImap, type TestImap } from '../../test/imap-server.ts';
import { startSmtp, type TestSmtp } from '../../test/smtp-server.ts';
import { createWorld, listeningLog, type ProcessOptions, type TestProcess, type World } from '../../test/world.ts';

describe('a mailbox that is watched', () => {
  let world: World;
  let smtp: TestSmtp;
  let imap: TestImap;
  let taken: string[];
  const running = new Set<TestProcess>();
  before(async () => {
    world = await createWorld();
    smtp = await startSmtp();
  });
  beforeEach(async () => {
    imap = await startImap();
    taken = [];
  });
  after(async () => {
    await smtp.close();
    await world.close();
  });

  const watch = async (url = imap.url(), more: Partial<ProcessOptions> = {}) => {
    const process = await world.process({
      smtp: smtp.url,
      mailboxes: [imapAddressFrom(url)!],
      onReceived: (as) => taken.push(as),
      ...more,
    });
    running.add(process);
    return process;
  };
  const end = async (...processes: TestProcess[]) => {
    for (const process of processes) {
      running.delete(process);
      await process.stop();
    }
  };
  /** Everything is read that is there. */
  const settled = (count: number) => eventually(`${count} mails are taken`, async () => taken.length === count);
  const placed = () =>
    eventually('it knows how far it is', async () => {
      const { rows } = await world.t.db.query<{ n: string }>(
        'select last_uid as n from watched_mailbox where name like $1 and last_uid is not null',
        [`%:${imap.port}/%`],
      );
      return rows[0];
    });

  let people = 0;
  const mailed = async () => {
    const address = `watched${++people}@example.com`;
    const person = await world.person({ 'str::email': address, 'str::first': 'Anna' });
    await world.queue(person);
    await world.message(person, 'sent');
    const { messageId } = await simpleParser(smtp.received.find(({ to }) => to === address)!.source);
    return { person, messageId: messageId!, answer: answerTo(messageId!, { From: address }) };
  };
  const replies = async (person: string) =>
    (await world.timeline(person)).filter(({ activityId }) => activityId === 'act::re').length;
  const stopAll = async (t: { after(fn: () => Promise<void>): void }) =>
    t.after(async () => {
      await end(...running);
      await imap.close();
    });

  test('begins at now, hears of new mail at once, and changes nothing in it', async (t) => {
    await stopAll(t);
    const sender = await watch('imap://a:b@127.0.0.1:1/');
    const [old, fresh] = [await mailed(), await mailed()];
    for (let i = 0; i < 30; i++) imap.add(mailOf({ Subject: 'Years ago', 'Message-ID': `<${i}@old.example>` }));
    imap.add(old.answer);
    await watch();
    await placed();
    await eventually('it idles', async () => imap.commands.at(-1) === 'IDLE');
    imap.add(mailOf({ Subject: 'News', 'Message-ID': '<1@news.example>' }));
    imap.add(fresh.answer);
    await settled(2);
    assert.deepEqual(taken, ['unrelated', 'reply']);
    assert.deepEqual([await replies(old.person), await replies(fresh.person)], [0, 1]);
    const verbs = new Set(imap.commands.map((command) => command.split(' ')[0]!.toUpperCase()));
    for (const verb of ['SELECT', 'STORE', 'APPEND', 'COPY', 'EXPUNGE']) assert.ok(!verbs.has(verb), verb);
    const fetches = imap.commands.filter((command) => /^UID FETCH/.test(command));
    assert.ok(fetches.length > 0 && fetches.every((command) => /PEEK\[HEADER\]/.test(command)), fetches.join('\n'));
    await end(sender);
  });

  test('goes on where it was: mail that came while it was down is read, once', async (t) => {
    await stopAll(t);
    const first = await watch();
    const anna = await mailed();
    await placed();
    imap.add(anna.answer);
    await settled(1);
    await end(first);
    const boris = await mailedBy(await watch('imap://a:b@127.0.0.1:1/'));
    imap.add(boris.answer);
    imap.remove(imap.add(answerTo(boris.messageId)));
    await watch();
    await settled(2);
    assert.deepEqual([await replies(anna.person), await replies(boris.person)], [1, 1]);
  });

  const mailedBy = (_: TestProcess) => mailed();

  test('a mail server’s notification is fetched as a whole, and is a bounce', async (t) => {
    await stopAll(t);
    await watch();
    const anna = await mailed();
    await placed();
    imap.add(reportOf(anna.messageId));
    await settled(1);
    assert.deepEqual(taken, ['bounce']);
    assert.equal((await world.message(anna.person)).state, 'bounced');
    assert.equal(imap.commands.filter((command) => /PEEK\[\]<0\.\d+>/.test(command)).length, 1);
  });

  test('a connection that breaks is made again, and nothing is missed', async (t) => {
    await stopAll(t);
    await watch();
    const anna = await mailed();
    await placed();
    await eventually('it idles', async () => imap.commands.at(-1) === 'IDLE');
    imap.dropAll();
    imap.add(anna.answer);
    await settled(1);
    assert.equal(await replies(anna.person), 1);
    assert.ok(imap.connections() > 1);
  });

  test('mails that are numbered anew are looked through from the day before, and recorded once', async (t) => {
    await stopAll(t);
    await watch();
    const [anna, boris] = [await mailed(), await mailed()];
    await placed();
    imap.add(mailOf({ Subject: 'Years ago' }), new Date('2020-01-01'));
    imap.add(anna.answer);
    await settled(2);
    imap.renumber(500);
    imap.dropAll();
    imap.add(boris.answer);
    await settled(4);
    assert.deepEqual(taken, ['unrelated', 'reply', 'reply', 'reply']);
    assert.deepEqual([await replies(anna.person), await replies(boris.person)], [1, 1]);
  });

  test('of two processes one watches; when it ends, the other does', async (t) => {
    await stopAll(t);
    const [first, second] = [await watch(), await watch()];
    const [anna, boris] = [await mailed(), await mailed()];
    await placed();
    assert.equal(imap.connections(), 1);
    imap.add(anna.answer);
    await settled(1);
    await end(first);
    imap.add(boris.answer);
    await settled(2);
    assert.equal(imap.connections(), 2);
    assert.equal(second.messages.watched()[0]!.problem, undefined);
  });

  const troubles: [string, () => string, RegExp][] = [
    ['a wrong password', () => imap.url({ password: 'wrong' }), /127\.0\.0\.1 does not let sales in: wrong password/],
    ['a host where nothing listens', () => 'imap://sales:x@127.0.0.1:1/', /nothing listens at 127\.0\.0\.1:1/],
    ['a folder that is not there', () => imap.url({ folder: 'Nowhere' }), /the folder Nowhere can not be opened/],
  ];
  for (const [what, url, words] of troubles) {
    test(`${what} is told, without the password, and tried again with a pause`, async (t) => {
      await stopAll(t);
      const { log, lines } = listeningLog();
      const { messages } = await watch(url(), { log });
      await eventually('the problem is known', async () => messages.watched()[0]!.problem !== undefined);
      assert.match(messages.watched()[0]!.problem!, words);
      const [{ problem, name }] = (await messages.tryMailboxes()) as [{ problem: string; name: string }];
      assert.match(problem, words);
      assert.doesNotMatch(JSON.stringify([problem, name, lines]), /s3cret|wrong@|:x@/);
      assert.equal(lines.filter(({ msg }) => /can not be read/.test(msg)).length, 1);
      assert.ok(imap.connections() <= 3);
    });
  }

  test('a server that takes the connection and then says nothing is told, in seconds', async (t) => {
    await stopAll(t);
    const mute = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('* OK [CAPABILITY IMAP4rev1] hello\r\n');
    });
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    t.after(() => mute.close());
    const { port } = mute.address() as { port: number };
    const { messages } = await watch(`imap://sales:x@127.0.0.1:${port}/`);
    const [tried] = await messages.tryMailboxes();
    assert.equal(tried?.problem, `127.0.0.1:${port} does not answer`);
  });

  test('an answer of long ago that is moved into it is recorded on its day, and holds up nobody', async (t) => {
    await stopAll(t);
    await watch();
    const anna = await mailed();
    await placed();
    const answeredAt = new Date(world.clock.now().getTime() + 60_000);
    world.clock.advance(100 * 24 * 3_600_000);
    const boris = await mailed();
    imap.add(anna.answer, answeredAt);
    imap.add(boris.answer, world.clock.now());
    await settled(2);
    assert.deepEqual([await replies(anna.person), await replies(boris.person)], [1, 1]);
    const { rows } = await world.t.db.query<{ at: Date }>(
      `select occurred_at as at from activity where person_id = $1 and key like 'reply/%'`,
      [anna.person],
    );
    assert.equal(Math.floor(rows[0]!.at.getTime() / 1000), Math.floor(answeredAt.getTime() / 1000));
  });
});
