import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { type Answer, startSmtp, type TestSmtp } from '../test/smtp-server.ts';
import type { EmailChannel, Mail } from './channel.ts';
import { type SmtpOptions, smtpChannel, trySmtp } from './smtp.ts';

const mail = (to = 'anna@example.com', more: Partial<Mail> = {}): Mail => ({
  messageId: 'm1@example.com',
  date: new Date('2025-11-23T21:05:00Z'),
  from: { name: 'Tributary', address: 'hello@example.com' },
  to,
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  unsubscribeUrl: 'https://x.example/t/u/abc',
  ...more,
});

describe('handing mails over by SMTP', () => {
  let opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of opened.toReversed()) await one.close();
    opened = [];
  });
  const server = async (o: Parameters<typeof startSmtp>[0] = {}): Promise<TestSmtp> => {
    const smtp = await startSmtp(o);
    opened.push(smtp);
    return smtp;
  };
  const channelTo = (url: string, o: SmtpOptions = {}): EmailChannel => {
    const channel = smtpChannel(url, o);
    opened.push(channel);
    return channel;
  };

  test('mails one after the other share a connection', async () => {
    const smtp = await server();
    const channel = channelTo(smtp.url);
    for (const to of ['a@example.com', 'b@example.com', 'c@example.com']) {
      assert.equal((await channel.send(mail(to))).did, 'sent');
    }
    assert.deepEqual(
      smtp.received.map(({ to }) => to),
      ['a@example.com', 'b@example.com', 'c@example.com'],
    );
    assert.equal(smtp.connections(), 1);
  });

  const refusals: [
    what: string,
    at: { onFrom?: Answer; onTo?: Answer; onMail?: Answer },
    forGood: boolean,
    about: string,
  ][] = [
    ['an address nobody has', { onTo: { code: 550, text: '5.1.1 no such user' } }, true, 'recipient'],
    [
      'an address nobody has, without an enhanced code',
      { onTo: { code: 550, text: 'no such user here' } },
      true,
      'recipient',
    ],
    ['greylisting', { onTo: { code: 451, text: '4.7.1 greylisted, come again' } }, false, 'us'],
    ['a full mailbox', { onTo: { code: 552, text: '5.2.2 mailbox full' } }, false, 'recipient'],
    ['a block list', { onTo: { code: 550, text: 'blocked, see our block list' } }, false, 'channel'],
    ['a relay that does not know us', { onTo: { code: 554, text: '5.7.1 relay access denied' } }, false, 'channel'],
    ['a sender that is not allowed', { onFrom: { code: 550, text: '5.7.1 sender not verified' } }, false, 'channel'],
    ['a mail taken for spam', { onMail: { code: 554, text: '5.7.1 message looks like spam' } }, true, 'us'],
    [
      'an address found wrong only after the mail',
      { onMail: { code: 550, text: '5.1.1 unknown user' } },
      true,
      'recipient',
    ],
    ['a mail too large, told before it comes', { onFrom: { code: 552, text: '5.3.4 too big' } }, true, 'us'],
    ['a mail too large, in a code alone', { onFrom: { code: 552, text: 'too big' } }, true, 'us'],
    ['a server that has no room', { onFrom: { code: 452, text: '4.3.1 no space' } }, false, 'us'],
    ['a server that shuts down', { onMail: { code: 421, text: '4.3.2 shutting down' } }, false, 'us'],
  ];
  for (const [what, at, forGood, about] of refusals) {
    test(`refused: ${what}`, async () => {
      let asked = 0;
      const first = (answer: Answer) => () => (asked === 0 ? answer : undefined);
      const smtp = await server({
        onFrom: first(at.onFrom),
        onTo: (to) => (to.startsWith('anna') ? first(at.onTo)() : undefined),
        onMail: first(at.onMail),
      });
      const channel = channelTo(smtp.url);
      const outcome = await channel.send(mail());
      assert.deepEqual({ ...outcome, response: '' }, { did: 'refused', forGood, about, response: '' });
      assert.match((outcome as { response: string }).response, /\d{3} /);
      asked = 1;
      assert.equal((await channel.send(mail('next@example.com'))).did, 'sent', 'the next mail goes through');
    });
  }

  test('refused many times over, the same connection goes on', async (t) => {
    const warned = t.mock.method(process, 'emitWarning', () => undefined);
    const smtp = await server({ onTo: () => ({ code: 550, text: '5.1.1 no such user' }) });
    const channel = channelTo(smtp.url);
    for (let i = 0; i < 15; i++) assert.equal((await channel.send(mail())).did, 'refused');
    assert.equal(smtp.connections(), 1);
    assert.equal(warned.mock.callCount(), 0);
  });

  test('a server that hangs up after it has the mail leaves it uncertain, and it is not handed over again', async () => {
    const smtp = await server({ onMail: () => 'hang up' });
    const outcome = await channelTo(smtp.url).send(mail());
    assert.equal(outcome.did, 'uncertain');
    assert.equal(smtp.received.length, 1);
    assert.equal(smtp.connections(), 1);
  });

  test('a server that never answers the mail leaves it uncertain, once the time is up', async () => {
    const smtp = await server({ onMail: () => 'never' });
    const outcome = await channelTo(smtp.url, { timeouts: { acceptMs: 50 } }).send(mail());
    assert.equal(outcome.did, 'uncertain');
  });

  test('a server that hangs up before it has the mail has not got it: that is certain', async () => {
    const smtp = await server({ onTo: () => 'hang up' });
    const outcome = await channelTo(smtp.url).send(mail());
    assert.deepEqual([outcome.did, (outcome as { forGood?: boolean }).forGood], ['refused', false]);
  });

  test('a connection that was dropped while nobody looked is replaced without anyone noticing', async () => {
    const smtp = await server();
    const channel = channelTo(smtp.url);
    await channel.send(mail('a@example.com'));
    smtp.dropAll();
    assert.equal((await channel.send(mail('b@example.com'))).did, 'sent');
    assert.equal(smtp.connections(), 2);
    assert.equal(smtp.received.length, 2);
  });

  test('nobody there: unreachable, at once', async () => {
    const smtp = await startSmtp();
    await smtp.close();
    const channel = channelTo(smtp.url);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => channel.send(mail())));
    assert.deepEqual(new Set(outcomes.map(({ did }) => did)), new Set(['unreachable']));
  });

  test('a server that accepts and says nothing is unreachable, once the time is up', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    const outcome = await channelTo(`smtp://127.0.0.1:${port}`, { timeouts: { connectMs: 50 } }).send(mail());
    assert.equal(outcome.did, 'unreachable');
    mute.close();
  });

  for (const [what, said] of [
    ['its greeting', ['220 hello']],
    ['a login', ['220 hello', '250-mute\r\n250 AUTH PLAIN']],
  ] as const) {
    test(`a server that says nothing more after ${what} is unreachable, once the time is up`, async () => {
      const mute = createServer((socket) => {
        socket.on('error', () => undefined);
        const words = [...said];
        socket.write(`${words.shift()}\r\n`);
        socket.on('data', () => words.length > 0 && socket.write(`${words.shift()}\r\n`));
      });
      await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
      const { port } = mute.address() as { port: number };
      const timeouts = { connectMs: 50, answerMs: 50 };
      const outcome = await channelTo(`smtp://me:p@127.0.0.1:${port}`, { timeouts }).send(mail());
      assert.deepEqual(outcome, { did: 'unreachable', why: 'no answer to the greeting or the login in time' });
      mute.close();
    });
  }

  test('a wrong password makes the server unreachable, and says so; the right one does not', async () => {
    const smtp = await server({ auth: (user, password) => user === 'me' && password === 'p@ss' });
    const wrong = await channelTo(smtp.url.replace('//', '//me:no@')).send(mail());
    assert.equal(wrong.did, 'unreachable');
    assert.match((wrong as { why: string }).why, /535/);
    assert.equal((await channelTo(smtp.url.replace('//', '//me:p%40ss@')).send(mail())).did, 'sent');
    assert.match((await trySmtp(smtp.url.replace('//', '//me:no@')))!, /535/);
    assert.equal(await trySmtp(smtp.url.replace('//', '//me:p%40ss@')), undefined);
  });

  test('a server that takes two connections is sent to over two', async () => {
    const smtp = await server({ maxClients: 2 });
    const channel = channelTo(smtp.url, { connections: 10 });
    await channel.send(mail('first@example.com'));
    const outcomes = await Promise.all(Array.from({ length: 30 }, (_, i) => channel.send(mail(`p${i}@example.com`))));
    assert.deepEqual(new Set(outcomes.map(({ did }) => did)), new Set(['sent']));
    assert.equal(smtp.received.length, 31);
  });

  test('an address with a line break is refused before anything is said', async () => {
    const smtp = await server();
    const outcome = await channelTo(smtp.url).send(mail('anna@example.com>\r\nRCPT TO:<eve@example.com'));
    assert.equal(outcome.did, 'refused');
    assert.equal(smtp.received.length, 0);
  });
});
