import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import { silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { systemClock } from '../../platform/clock.ts';
import type { EmailChannel, Mail } from '../channels/channel.ts';
import { smtpChannel } from '../channels/smtp.ts';
import { withPixel } from '../render/links.ts';
import { signToken } from '../tracking/token.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';

const evil = '<script>alert(1)</script>';

describe('the built-in mailbox', () => {
  let t: TestDatabase;
  let mailbox: Mailbox;
  let channel: EmailChannel;
  let app: FastifyInstance;
  before(async () => {
    t = await testDatabase();
    mailbox = await createMailbox({ db: t.db, clock: systemClock, log: silent });
    channel = smtpChannel(mailbox.smtpUrl);
    app = fastify();
    mailbox.routes(app);
  });
  after(async () => {
    await app.close();
    await channel.close();
    await mailbox.close();
    await t.close();
  });

  const send = async (more: Partial<Mail>): Promise<void> => {
    const outcome = await channel.send({
      messageId: 'm@acme.example',
      date: new Date(),
      from: { name: 'Acme Sales', address: 'sales@acme.example' },
      to: 'anna@example.com',
      subject: 'Hello',
      html: '<p>Hi</p>',
      text: 'Hi',
      unsubscribeUrl: 'https://t.example/t/u/x',
      ...more,
    });
    assert.equal(outcome.did, 'sent');
  };
  const get = async (url: string) => app.inject({ url });
  const newest = async () => `/mailbox/${/href="\/mailbox\/(\d+)"/.exec((await get('/mailbox')).body)![1]}`;

  test('empty, it says what to do', async () => {
    const { statusCode, body } = await get('/mailbox');
    assert.equal(statusCode, 200);
    assert.match(body, /No mail yet/);
    assert.match(body, /SMTP_URL/);
  });

  test('a mail is there as soon as the server has said it took it', async () => {
    await send({ to: 'now@example.com', subject: 'Привет, Анна' });
    assert.equal((await mailbox.mailsTo('now@example.com')).length, 1);
    const { body } = await get('/mailbox');
    assert.match(body, /Привет, Анна/);
    assert.match(body, /now@example\.com/);
  });

  test('a mail is shown rendered, as text, as source, and with its links', async () => {
    await send({ subject: 'Look', html: '<p>Hi</p><a href="https://a.example/?x=1&amp;y=2">A</a>', text: 'Hi there' });
    const mail = await newest();
    assert.match((await get(mail)).body, new RegExp(`<iframe[^>]+src="${mail}/body" sandbox="allow-popups`));
    assert.match((await get(`${mail}?view=text`)).body, /Hi there/);
    assert.match((await get(`${mail}?view=links`)).body, /href="https:\/\/a\.example\/\?x=1&#38;y=2"/);
    const url = 'https://b.example/case';
    const claim = { purpose: 'click', workspaceId: 1, messageId: '7', link: 1, url } as const;
    const token = signToken(createSecretKey(Buffer.alloc(32)), claim);
    await send({ html: `<a href="https://t.example/t/c/${token}">B</a>` });
    const links = (await get(`${await newest()}?view=links`)).body;
    assert.match(links, new RegExp(`href="https://t.example/t/c/${token}"[^>]*>https://b.example/case</a>`));
    const source = await get(`${mail}/source`);
    assert.match(String(source.headers['content-type']), /^text\/plain/);
    assert.match(source.body, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
  });

  test('a mail to a person leads to them, a note to the team to nobody', async () => {
    await send({ to: "o'neill+x@example.com" });
    const [, href] = /<dd><a href="([^"]+)">o&#39;neill\+x@example\.com<\/a><\/dd>/.exec(
      (await get(await newest())).body,
    )!;
    assert.equal(href, '/people?who=o&#39;neill%2Bx%40example.com');
    await send({ to: 'daniel@acme.example', unsubscribeUrl: undefined });
    assert.match((await get(await newest())).body, /<dd>daniel@acme\.example<\/dd>/);
  });

  test('to look at a mail is not to open it: the picture that tells of it is left out', async () => {
    await send({
      subject: 'Seen',
      html: withPixel('<body><p>Hi <img src="/a.png"></p></body>', 'https://t.example/t/o/aB-_9.gif'),
    });
    const body = (await get(`${await newest()}/body`)).body;
    assert.equal(body, '<base target="_blank"><body><p>Hi <img src="/a.png"></p></body>');
  });

  test('nothing in a mail runs here: not in the list, not in the mail', async () => {
    await send({
      subject: evil,
      to: "a&b'c@example.com",
      html: `<p>${evil}</p><a href="javascript:alert(1)">x</a>`,
      text: evil,
    });
    const mail = await newest();
    for (const url of ['/mailbox', mail, `${mail}?view=text`, `${mail}?view=links`, `${mail}?view=headers`]) {
      const answer = await get(url);
      assert.equal(answer.statusCode, 200, url);
      assert.doesNotMatch(answer.body, /<script|href="javascript/i, url);
      assert.match(String(answer.headers['content-security-policy']), /^default-src 'none'/, url);
    }
    const body = await get(`${mail}/body`);
    const policy = String(body.headers['content-security-policy']);
    assert.match(policy, /^sandbox [^;]*; default-src 'none'/);
    assert.doesNotMatch(policy, /allow-scripts|allow-same-origin|script-src/);
  });

  test('an address of any length leaves room for the subject and the moment', async () => {
    const to = `${'a'.repeat(64)}@${['b', 'c', 'd'].map((letter) => letter.repeat(55)).join('.')}.example`;
    await send({ to });
    assert.ok((await get('/mailbox')).body.includes(`<td class="address">${to}</td>`));
  });

  test('the list goes on page by page', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, i) => send({ subject: `Mail ${i}` })));
    const first = await get('/mailbox');
    const older = /href="(\/mailbox\?before=\d+)"/.exec(first.body)![1]!;
    const second = await get(older);
    const subjects = (page: string) => [...page.matchAll(/>Mail (\d+)</g)].map((match) => match[1]);
    const all = [...subjects(first.body), ...subjects(second.body)];
    assert.equal(subjects(first.body).length, 50);
    assert.equal(new Set(all).size, 60);
    assert.doesNotMatch(second.body, /before=/);
    const past = await get('/mailbox?before=1');
    assert.match(past.body, /No older mail/);
    assert.match(past.body, /<a href="\/">Tributary<\/a>/);
    assert.doesNotMatch(past.body, /No mail yet/);
  });

  test('a mail that is not there: 404, in words', async () => {
    for (const url of ['/mailbox/999999', '/mailbox/0', '/mailbox/x', '/mailbox/99999999999999999999/source']) {
      const answer = await get(url);
      assert.equal(answer.statusCode, 404, url);
      assert.match(answer.body, /There is no such mail/);
    }
  });
});
