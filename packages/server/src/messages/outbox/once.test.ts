import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { publicId } from '@tributary/model';
import { silent } from '../../../test/support/database.ts';
import { databaseProxy } from '../../../test/support/database-proxy.ts';
import { setReadOnly } from '../../../test/support/read-only.ts';
import { openPool, transaction } from '../../platform/database/pool.ts';
import { claimMessages, releaseUncertain, updateOutcomes, updateToUncertain } from '../store/outbox.sql.ts';
import { eventually } from '../test/eventually.ts';
import { opened } from '../test/opened.ts';
import { startSmtp, type TestSmtp } from '../test/smtp-server.ts';
import { createWorld, listeningLog, type World } from '../test/world.ts';
import { settle } from './settle.ts';

describe('a message is sent once, whatever is killed', () => {
  let world: World;
  const { open, smtpServer, sender, stopAll } = opened(() => world);
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(async () => {
    await stopAll();
    await world.close();
  });

  let people = 0;
  const somebody = () => world.person({ 'str::email': `once${++people}@example.com`, 'str::first': 'Anna' });
  const copies = (smtp: TestSmtp, message: { id: string }) =>
    smtp.received.filter(({ source }) => source.includes(`Message-ID: <${publicId(message.id, 'message')}.`)).length;

  /** Lets a process of its own send to a server that never answers, and kills it there. */
  const killedOnTheWire = async (messages: number): Promise<string> => {
    const person = await somebody();
    for (let i = 0; i < messages; i++) await world.queue(person);
    const mute = await startSmtp({ onMail: () => 'never' });
    const script = fileURLToPath(new URL('../test/sender-process.ts', import.meta.url));
    const settings = JSON.stringify({ connection: world.t.connection, smtp: mute.url });
    const child = spawn(process.execPath, [script, settings], { stdio: ['ignore', 'ignore', 'inherit'] });
    const inHand = `select count(*)::int as n from message where person_id = $1 and state = 'sending'`;
    await eventually(
      'all in hand',
      async () => (await world.t.db.query<{ n: number }>(inHand, [person])).rows[0]!.n === messages,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    await mute.close();
    return person;
  };

  test('killed with a mail on the wire: uncertain, and sent again under the same Message-ID', async () => {
    const person = await killedOnTheWire(1);
    const smtp = await smtpServer();
    await sender(smtp, { alone: true });
    const message = await world.message(person, 'sent');
    assert.equal(message.uncertainCount, 1);
    assert.equal(message.attempts, 2);
    assert.equal(copies(smtp, message), 1);
    assert.equal((await world.timeline(person)).filter(({ activityId }) => activityId === 'act::s').length, 1);
  });

  test('killed three times with the same mail on the wire: that says nothing of the mail, and it goes once more', async () => {
    const person = await killedOnTheWire(1);
    await world.t.db.query('update message set uncertain_count = 2, attempts = 3 where person_id = $1', [person]);
    const smtp = await smtpServer();
    await sender(smtp, { alone: true });
    const message = await world.message(person, 'sent');
    assert.deepEqual([message.uncertainCount, copies(smtp, message)], [3, 1]);
  });

  test('killed beside others that live: they find it after a moment, and send for it', async () => {
    const person = await killedOnTheWire(1);
    const smtp = await smtpServer();
    await sender(smtp);
    const message = await world.message(person, 'sent');
    assert.deepEqual([message.uncertainCount, copies(smtp, message)], [1, 1]);
  });

  test('whose way to the database forgets it takes up nothing until it is back: the others believe it dead', async () => {
    const smtp = await smtpServer();
    const proxy = await databaseProxy(world.t.connection);
    open.push({ stop: proxy.close });
    const { presence } = await sender(smtp, { presence: proxy.connection });
    proxy.forget();
    await eventually('it has noticed', async () => !presence.present);
    const person = await somebody();
    await world.queue(person);
    // Longer than between two looks.
    await pause(1500);
    assert.equal((await world.message(person)).state, 'queued');
    proxy.mend();
    assert.equal((await world.message(person, 'sent')).uncertainCount, 0);
    assert.equal(smtp.received.length, 1);
  });

  test('held, when the operator wants it held; sent again once they do not', async () => {
    const person = await killedOnTheWire(5);
    const smtp = await smtpServer();
    const holding = await sender(smtp, { alone: true, whenUncertain: 'hold' });
    const held = await world.message(person, 'uncertain');
    assert.match(held.reason ?? '', /ended before the answer came/);
    await eventually('all five', async () => (await holding.messages.outboxState(world.t.db)).uncertain === 5);
    const other = await somebody();
    await world.queue(other);
    await world.message(other, 'sent');
    assert.equal(smtp.received.length, 1, 'others are not held up');
    await open.splice(open.indexOf(holding), 1)[0]!.stop();

    await sender(smtp, { alone: true, whenUncertain: 'resend' });
    await eventually('the five', async () => smtp.received.length === 6);
    await world.message(person, 'sent');
  });

  test('what a living process has in hand is not taken from it', async () => {
    const held = await somebody();
    const address = (await world.fields(held))['str::email'];
    let asked = 0;
    const smtp = await smtpServer({
      onMail: ({ to }) => {
        if (to !== address) return undefined;
        asked += 1;
        return 'never';
      },
    });
    await sender(smtp);
    await world.queue(held);
    await eventually('a mail on the wire', async () => asked === 1);
    // Looks for what the dead left behind as soon as it starts, and then sends.
    const { messages } = await sender(smtp, { alone: true });
    for (let i = 0; i < 3; i++) {
      const other = await somebody();
      await world.queue(other);
      await world.message(other, 'sent');
    }
    assert.equal((await messages.outboxState(world.t.db)).sending, 1);
    assert.equal((await world.message(held)).uncertainCount, 0);
    smtp.dropAll();
  });

  test('an outcome is written down once, by the process that has the message, and a late answer counts', async () => {
    const person = await somebody();
    for (let i = 0; i < 2; i++) await world.queue(person);
    const { db } = world.t;
    const mine = await claimMessages(db, { process: 901, lane: 'mail', now: world.clock.now(), limit: 2, inHand: [] });
    const sent = mine.map(
      (message) =>
        settle(
          message,
          { channel: 'email', name: 'hello' },
          'mail',
          { did: 'sent', response: '', address: 'a', subject: 's' },
          world.clock.now(),
        ).change,
    );
    const write = (process: number, changes = sent) => transaction(db, (tx) => updateOutcomes(tx, process, changes));
    assert.equal((await write(902)).size, 0, 'not another’s');
    assert.equal(await updateToUncertain(db, [901], world.clock.now()), 2);
    assert.equal(await releaseUncertain(db, world.clock.now(), [{ lane: 'mail', brokenOff: 2, tries: 11 }]), 2);
    const [taken] = await claimMessages(db, {
      process: 902,
      lane: 'mail',
      now: world.clock.now(),
      limit: 1,
      inHand: [],
    });
    assert.deepEqual(
      [...(await write(901)).keys()],
      mine.map(({ id }) => id).filter((id) => id !== taken?.id),
    );
    assert.equal((await write(901)).size, 0, 'not twice');
    assert.equal((await write(902, sent)).size, 1);
  });

  test('a claim whose answer never came from the database is given back', async () => {
    const person = await somebody();
    await world.queue(person);
    await world.t.db.query(
      `update message set state = 'sending', attempts = 1, claimed_by = (select last_value + 1 from process_number)`,
    );
    const smtp = await smtpServer();
    await sender(smtp);
    const message = await world.message(person, 'sent');
    assert.deepEqual([message.attempts, message.uncertainCount], [1, 0]);
  });

  test('the connection breaks before the answer: uncertain, sent again after a while', async () => {
    let mails = 0;
    const smtp = await smtpServer({ onMail: () => (++mails === 1 ? 'hang up' : undefined) });
    await sender(smtp);
    const person = await somebody();
    await world.queue(person);
    const uncertain = await world.message(person, 'uncertain');
    assert.equal(uncertain.uncertainCount, 1);
    assert.equal(mails, 1, 'not at once: the server may be in trouble');
    world.clock.advance(10_000);
    const message = await world.message(person, 'sent');
    assert.equal(message.attempts, 2);
    assert.equal(copies(smtp, message), 2);
  });

  test('a server that breaks off every time has a mail three times at most, until somebody says what becomes of it', async () => {
    const smtp = await smtpServer({ onMail: () => 'hang up' });
    const { messages } = await sender(smtp);
    const person = await somebody();
    await world.queue(person);
    for (let times = 1; times <= 3; times++) {
      const row = await eventually(`uncertain for the ${times}. time`, async () => {
        const message = await world.message(person);
        return message.state === 'uncertain' && message.uncertainCount === times && message;
      });
      world.clock.advance(row.dueAt!.getTime() - world.clock.now().getTime() + 60_000);
    }
    const other = await somebody();
    await world.queue(other);
    await world.message(other, 'uncertain');
    world.clock.advance(24 * 3_600_000);
    await eventually('the other one once more', async () => (await world.message(other)).uncertainCount === 2);
    const { id, state } = await world.message(person);
    assert.deepEqual([state, copies(smtp, { id })], ['uncertain', 3]);
    assert.equal(await messages.settleUncertain(id, 'resend'), true);
    await eventually('sent when somebody says so', async () => copies(smtp, { id }) === 4);
  });

  test('a server that breaks off over every mail gets few of them, and not all that wait', async () => {
    let isWell = false;
    const smtp = await smtpServer({ onMail: () => (isWell ? undefined : 'hang up') });
    const { messages } = await sender(smtp);
    const persons = await Promise.all(Array.from({ length: 60 }, somebody));
    for (const person of persons) await world.queue(person);
    await eventually('it is not believed', async () => !messages.channelState().reachable);
    const states = async () => Promise.all(persons.map(async (person) => (await world.message(person)).state));
    const count = async (state: string) => (await states()).filter((one) => one === state).length;
    await eventually('nothing is on the wire', async () => (await count('sending')) === 0);
    assert.ok((await count('uncertain')) <= 20, JSON.stringify(await states()));
    isWell = true;
    await eventually('all are sent', async () => {
      world.clock.advance(60_000);
      return (await count('sent')) === persons.length;
    });
  });

  test('the database away while mails are on the wire: what became of them is kept, and written down later', async () => {
    const answers: (() => void)[] = [];
    const smtp = await startSmtp({
      onMail: () => new Promise<undefined>((resolve) => answers.push(() => resolve(undefined))),
    });
    open.push({ stop: smtp.close });
    const proxy = await databaseProxy(world.t.connection);
    const db = openPool(proxy.connection, silent, 4);
    open.push({ stop: proxy.close }, { stop: () => db.end() });
    await sender(smtp, { db });
    const persons = await Promise.all([somebody(), somebody(), somebody()]);
    for (const person of persons) await world.queue(person);
    await eventually('three on the wire', async () => answers.length === 3);
    proxy.cut();
    for (const answer of answers) answer();
    await eventually('three handed over', async () => smtp.received.length === 3);
    for (const person of persons) assert.equal((await world.message(person)).state, 'sending');
    proxy.mend();
    for (const person of persons) {
      const message = await world.message(person, 'sent');
      assert.deepEqual([message.attempts, message.uncertainCount, copies(smtp, message)], [1, 0, 1]);
      assert.equal((await world.timeline(person)).filter(({ activityId }) => activityId === 'act::s').length, 1);
    }
  });

  test('the database read-only between a mail and its answer: sent once, and written down when it writes again', async () => {
    const answers: (() => void)[] = [];
    const smtp = await smtpServer({
      onMail: () => new Promise<undefined>((resolve) => answers.push(() => resolve(undefined))),
    });
    const proxy = await databaseProxy(world.t.connection);
    const db = openPool(proxy.connection, silent, 4);
    open.push({ stop: proxy.close }, { stop: () => db.end() });
    const { log, lines } = listeningLog();
    await sender(smtp, { db, log });
    const person = await somebody();
    await world.queue(person);
    await eventually('on the wire', async () => answers.length === 1);
    const become = async (isReadOnly: boolean): Promise<void> => {
      await setReadOnly(world.t, isReadOnly);
      proxy.cut();
      proxy.mend();
    };
    await become(true);
    answers[0]!();
    await eventually('it was tried', async () => lines.some(({ msg }) => msg.includes('can not be written down')));
    // Longer than it takes to try twice and give up.
    await eventually('more fails', async () => lines.filter(({ msg }) => /read-only/.test(msg)).length > 2);
    assert.equal((await world.message(person)).state, 'sending');
    await become(false);
    const message = await world.message(person, 'sent');
    assert.deepEqual([message.attempts, message.uncertainCount, copies(smtp, message)], [1, 0, 1]);
    assert.equal((await world.timeline(person)).filter(({ activityId }) => activityId === 'act::s').length, 1);
  });

  test('an outcome that is refused, with its activities and without, is tried until it is written', async () => {
    const refuse = `create function refuse() returns trigger language plpgsql as $$ begin
      raise exception 'not this one' using errcode = 'check_violation'; end $$;
      create trigger refuse before update on message for each row when (new.state = 'sent') execute function refuse()`;
    await world.t.db.query(refuse);
    const { log, lines } = listeningLog();
    const smtp = await smtpServer();
    await sender(smtp, { log });
    const person = await somebody();
    await world.queue(person);
    await eventually('it was refused', async () => lines.some(({ msg }) => msg.includes('it is tried again')));
    await world.t.db.query('drop trigger refuse on message');
    const message = await world.message(person, 'sent');
    assert.deepEqual([message.attempts, copies(smtp, message)], [1, 1]);
  });

  test('the database breaking off again and again loses no message and doubles none', async () => {
    const smtp = await smtpServer();
    const proxy = await databaseProxy(world.t.connection);
    const db = openPool(proxy.connection, silent, 4);
    open.push({ stop: proxy.close }, { stop: () => db.end() });
    await sender(smtp, { db });
    const person = await somebody();
    const count = 150;
    for (let i = 0; i < count; i++) {
      await world.queue(person);
      if (i % 15 === 7) {
        proxy.cut();
        proxy.mend();
      }
    }
    const sent = `select count(*)::int as n from message where person_id = $1 and state = 'sent'`;
    await eventually(
      'all sent',
      async () => (await world.t.db.query<{ n: number }>(sent, [person])).rows[0]!.n === count,
    );
    const ids = smtp.received.map(({ source }) => /^Message-ID: (.*)\r$/m.exec(source)![1]);
    assert.deepEqual([ids.length, new Set(ids).size], [count, count]);
  });
});
