import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import fastify, { type FastifyInstance } from 'fastify';
import { simpleParser } from 'mailparser';
import { silent } from '../../../test/support/database.ts';
import { databaseProxy } from '../../../test/support/database-proxy.ts';
import { setReadOnly } from '../../../test/support/read-only.ts';
import { openPool } from '../../platform/database/pool.ts';
import { eventually } from '../test/eventually.ts';
import { startSmtp, type TestSmtp } from '../test/smtp-server.ts';
import { CAMPAIGN, createWorld, type TestProcess, type World } from '../test/world.ts';

const chrome =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

describe('what readers do with a mail', () => {
  let world: World;
  let smtp: TestSmtp;
  let sender: TestProcess;
  let app: FastifyInstance;
  before(async () => {
    world = await createWorld();
    smtp = await startSmtp();
    sender = await world.process({ smtp: smtp.url });
    app = fastify();
    sender.messages.routes(app);
  });
  after(async () => {
    await app.close();
    await sender.stop();
    await smtp.close();
    await world.close();
  });

  let people = 0;
  /** A mail that has arrived, and what is in it to be followed. */
  const mailed = async (template = 'hello', later = 60_000) => {
    const address = `reader${++people}@example.com`;
    const person = await world.person({ 'str::email': address, 'str::first': 'Anna' });
    await world.queue(person, { template });
    const { id } = await world.message(person, 'sent');
    world.clock.advance(later);
    const mail = await simpleParser(smtp.received.find(({ to }) => to === address)!.source);
    const path = (pattern: RegExp): string => new URL(pattern.exec(String(mail.html))![1]!).pathname;
    const header = mail.headerLines.find(({ key }) => key === 'list-unsubscribe')!.line;
    return {
      person,
      id,
      pixel: path(/<img src="([^"]+)"/),
      link: path(/<a href="([^"]+)"/),
      links: [...String(mail.html).matchAll(/<a href="([^"]+)"/g)].map(([, url]) => new URL(url!).pathname),
      unsubscribe: new URL(/<([^>]+)>/.exec(header.replace(/\r?\n\s/g, ''))![1]!).pathname,
    };
  };
  const get = (url: string, userAgent: string | undefined = chrome, via = app) =>
    via.inject({ url, headers: userAgent === undefined ? {} : { 'user-agent': userAgent } });
  const of = async (person: string, activityId: string) =>
    (await world.timeline(person)).filter((activity) => activity.activityId === activityId);

  test('a person opens it: a picture, an activity, and the moment of the first time', async () => {
    const mail = await mailed();
    const answer = await get(mail.pixel);
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['content-type'], 'image/gif');
    assert.match(String(answer.headers['cache-control']), /no-store/);
    const first = (await world.message(mail.person)).openedAt;
    assert.ok(first && Math.abs(world.clock.now().getTime() - first.getTime()) < 5000);
    const [opened] = await of(mail.person, 'act::o');
    assert.deepEqual(opened?.attributes, {
      ...CAMPAIGN,
      'idt::mi': publicId(mail.id, 'message'),
      'str::asn': 'hello',
      'str::s': 'Hello Anna',
      'bol::t': false,
      'bol::m': false,
      'str::b': 'Chrome',
      'str::p': 'macOS',
      'str::d': 'Desktop',
    });
    world.clock.advance(60_000);
    await get(mail.pixel);
    assert.equal((await of(mail.person, 'act::o')).length, 2);
    assert.deepEqual((await world.message(mail.person)).openedAt, first);
  });

  test('a machine opens it: an activity that says so, and it does not count', async () => {
    const mail = await mailed();
    await get(mail.pixel, 'Mozilla/5.0');
    await app.inject({ method: 'HEAD', url: mail.pixel, headers: { 'user-agent': chrome } });
    assert.deepEqual(
      (await of(mail.person, 'act::o')).map(({ attributes }) => attributes['bol::m']),
      [true, true],
    );
    assert.equal((await world.message(mail.person)).openedAt, null);
  });

  test('a click leads where the link led, and is on the timeline', async () => {
    const mail = await mailed();
    const answer = await get(mail.link);
    assert.equal(answer.statusCode, 302);
    assert.equal(answer.headers.location, 'https://a.example/');
    const [click] = await of(mail.person, 'act::c');
    assert.equal(click?.attributes['str::c'], 'https://a.example/');
    assert.equal(click?.attributes['int::li'], 1);
    assert.equal(click?.attributes['bol::m'], false);
    assert.equal(Object.keys(click?.attributes ?? {}).length, 15);
    assert.notEqual((await world.message(mail.person)).clickedAt, null);
  });

  test('a click faster than anyone reads is a scanner’s: it leads there, and does not count', async () => {
    const person = await world.person({ 'str::email': 'scanned@example.com', 'str::first': 'Anna' });
    await world.queue(person);
    await world.message(person, 'sent');
    const source = smtp.received.find(({ to }) => to === 'scanned@example.com')!.source;
    const html = String((await simpleParser(source)).html);
    const answer = await get(new URL(/<a href="([^"]+)"/.exec(html)![1]!).pathname);
    assert.equal(answer.headers.location, 'https://a.example/');
    assert.equal((await of(person, 'act::c'))[0]?.attributes['bol::m'], true);
    assert.equal((await world.message(person)).clickedAt, null);
  });

  test('a scanner that says it is Chrome opens and follows everything within seconds: nothing of it counts', async () => {
    const links = [1, 2, 3].map((n) => `<a href="https://a.example/${n}">${n}</a>`).join('');
    await world.putTemplate('links', { html: links });
    const mail = await mailed('links', 5000);
    const answers = await Promise.all([mail.pixel, ...mail.links].map((url) => get(url)));
    assert.deepEqual(
      answers.map(({ headers }) => headers.location),
      [undefined, 'https://a.example/1', 'https://a.example/2', 'https://a.example/3'],
      'nobody waits for it',
    );
    world.clock.advance(1000);
    await eventually('all is recorded', async () => (await of(mail.person, 'act::c')).length === 3);
    await eventually('the opening, too', async () => (await of(mail.person, 'act::o')).length === 1);
    for (const { attributes } of [...(await of(mail.person, 'act::c')), ...(await of(mail.person, 'act::o'))]) {
      assert.equal(attributes['bol::m'], true);
      assert.equal(attributes['str::rn'], 'several links at once, faster than a person clicks');
    }
    const { openedAt, clickedAt } = await world.message(mail.person);
    assert.deepEqual([openedAt, clickedAt], [null, null]);
  });

  test('a person who opens and clicks within seconds counts, a moment later', async () => {
    const mail = await mailed('hello', 5000);
    await get(mail.pixel);
    world.clock.advance(3000);
    await get(mail.link);
    world.clock.advance(1000);
    await eventually('both are recorded', async () => {
      const { openedAt, clickedAt } = await world.message(mail.person);
      return openedAt !== null && clickedAt !== null;
    });
    assert.equal((await of(mail.person, 'act::c'))[0]?.attributes['bol::m'], false);
  });

  test('what is held for a moment outlives the process', async () => {
    const killed = await world.process({ smtp: smtp.url });
    const dying = fastify();
    killed.messages.routes(dying);
    const mail = await mailed('hello', 5000);
    await get(mail.link, chrome, dying);
    assert.equal((await of(mail.person, 'act::c')).length, 0);
    const held = (await readdir(world.dataDir)).filter((name) => name.includes('-held-'));
    assert.equal(held.length, 1, 'it is on disk');
    const next = await world.process({ smtp: smtp.url });
    await eventually('the click', async () => (await of(mail.person, 'act::c')).length === 1);
    await dying.close();
    await killed.stop();
    await next.stop();
    assert.equal((await of(mail.person, 'act::c')).length, 1);
    assert.deepEqual(
      (await readdir(world.dataDir)).filter((name) => name.includes('-held-')),
      [],
    );
  });

  test('a forged link leads nowhere, records nothing, and says so to a person', async () => {
    const mail = await mailed();
    const elsewhere = Buffer.from(mail.link.slice('/t/c/'.length), 'base64url');
    elsewhere.write('https://b.example/', 15);
    const forged = [
      `/t/c/${elsewhere.toString('base64url')}`,
      `${mail.link}x`,
      mail.link.slice(0, -3),
      mail.pixel.replace('/t/o/', '/t/u/'),
      '/t/c/https://evil.example',
      '/t/c/',
      '/t/u/nonsense',
      '/t/u',
      '/t/',
      '/t/x/nonsense',
      '/t/c/%00',
      '/t/u/%00',
    ];
    for (const url of forged) {
      const answer = await get(url);
      assert.equal(answer.statusCode, 404, url);
      assert.equal(answer.headers.location, undefined);
      assert.match(answer.body, /This link does not work/);
    }
    assert.equal((await of(mail.person, 'act::c')).length, 0);
  });

  test('a damaged pixel is a picture all the same, and records nothing', async () => {
    const mail = await mailed();
    for (const url of ['/t/o/nonsense.gif', mail.pixel.replace('.gif', 'x.gif')]) {
      const answer = await get(url);
      assert.deepEqual([answer.statusCode, answer.headers['content-type']], [200, 'image/gif'], url);
    }
    assert.equal((await of(mail.person, 'act::o')).length, 0);
  });

  test('of somebody who was deleted, links lead on, and unsubscribing is answered with a page', async () => {
    const mail = await mailed();
    for (const kind of ['archive', 'delete'] as const)
      await world.people.lifecycle.change(world.workspaceId, kind, { ids: [mail.person] }, 'API');
    assert.equal((await get(mail.link)).headers.location, 'https://a.example/');
    assert.equal((await get(mail.pixel)).headers['content-type'], 'image/gif');
    assert.match((await get(mail.unsubscribe)).body, /<h1>/);
    const done = await app.inject({ method: 'POST', url: mail.unsubscribe, body: 'from=page' });
    assert.match(done.body, /You are unsubscribed/);
  });

  test('a no of somebody who was archived holds when they come back, and for whoever has come with their address since', async () => {
    const mail = await mailed();
    const email = String((await world.fields(mail.person))['str::email']);
    const change = (kind: 'archive' | 'restore') =>
      world.people.lifecycle.change(world.workspaceId, kind, { ids: [mail.person] }, 'API');
    await change('archive');
    const again = await world.person({ 'str::email': email, 'str::first': 'Anna' });
    assert.notEqual(again, mail.person);
    const done = await app.inject({ method: 'POST', url: mail.unsubscribe, body: 'List-Unsubscribe=One-Click' });
    assert.equal(done.body, 'unsubscribed\n');
    assert.equal((await world.fields(again))['bol::p'], false);
    assert.equal((await of(again, 'act::u-all')).length, 1);
    await change('restore');
    assert.equal((await world.fields(mail.person))['bol::p'], false);
  });

  test('a link that can not be looked up as the database is away says so on a page', async (t) => {
    const proxy = await databaseProxy(world.t.connection);
    const db = openPool(proxy.connection, silent, 4);
    const other = await world.process({ smtp: smtp.url, db });
    const away = fastify();
    other.messages.routes(away);
    t.after(async () => {
      await away.close();
      await other.stop();
      await db.end();
      await proxy.close();
    });
    const mail = await mailed();
    const token = Buffer.from(mail.unsubscribe.slice('/t/u/'.length), 'base64url');
    token.writeUInt32BE(999_999, 1);
    proxy.cut();
    const answer = await get(`/t/u/${token.toString('base64url')}`, chrome, away);
    assert.equal(answer.statusCode, 503);
    assert.match(answer.body, /<h1>Not just now<\/h1>/);
    proxy.mend();
  });

  test('looking at the unsubscribe page does not unsubscribe: scanners follow every link', async () => {
    const mail = await mailed();
    const page = await get(mail.unsubscribe);
    assert.equal(page.statusCode, 200);
    assert.match(page.body, /<button>Unsubscribe me<\/button>/);
    assert.equal((await world.fields(mail.person))['bol::p'], true);
    const done = await app.inject({
      method: 'POST',
      url: mail.unsubscribe,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'from=page',
    });
    assert.match(done.body, /You are unsubscribed/);
    assert.equal((await world.fields(mail.person))['bol::p'], false);
  });

  const boundary = 'b0undary';
  const oneClicks: [string, string, string][] = [
    ['a form', 'application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart',
      `multipart/form-data; boundary=${boundary}`,
      `--${boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${boundary}--\r\n`,
    ],
  ];
  for (const [form, type, body] of oneClicks) {
    test(`one click, sent as ${form}, unsubscribes once, however often it is sent`, async () => {
      const mail = await mailed();
      const post = () => app.inject({ method: 'POST', url: mail.unsubscribe, headers: { 'content-type': type }, body });
      const answers = [...(await Promise.all([post(), post(), post()])), await post()];
      for (const { statusCode } of answers) assert.equal(statusCode, 200);
      assert.equal((await world.fields(mail.person))['bol::p'], false);
      const unsubscribed = await of(mail.person, 'act::u-all');
      assert.equal(unsubscribed.length, 1);
      assert.equal(unsubscribed[0]?.attributes['str::u-ctx'], 'One-click unsubscribe');
      assert.equal(unsubscribed[0]?.attributes['idt::mi'], publicId(mail.id, 'message'));
      assert.notEqual((await world.message(mail.person)).unsubscribedAt, null);
      await world.queue(mail.person);
      await world.message(mail.person, 'skipped');
    });
  }

  test('whoever subscribed again can unsubscribe again, by the same link', async () => {
    const mail = await mailed();
    const post = () => app.inject({ method: 'POST', url: mail.unsubscribe, body: 'List-Unsubscribe=One-Click' });
    await post();
    await world.person({ 'str::email': `reader${people}@example.com`, 'bol::p': true });
    await post();
    assert.equal((await world.fields(mail.person))['bol::p'], false);
    assert.equal((await of(mail.person, 'act::u-all')).length, 2);
  });

  test('five hundred at once are all recorded, and none twice', async () => {
    const mail = await mailed();
    const answers = await Promise.all(Array.from({ length: 500 }, () => get(mail.pixel)));
    assert.ok(answers.every(({ statusCode }) => statusCode === 200));
    const { rows } = await world.t.db.query<{ n: number }>(
      'select count(*)::int as n from activity where person_id = $1 and attributes ? $2',
      [mail.person, 'bol::m'],
    );
    assert.equal(rows[0]!.n, 500);
  });

  test('with the database away links lead on, and what was done is recorded when it is back', async (t) => {
    const proxy = await databaseProxy(world.t.connection);
    const db = openPool(proxy.connection, silent, 4);
    const other = await world.process({ smtp: smtp.url, db });
    const away = fastify();
    other.messages.routes(away);
    t.after(async () => {
      await away.close();
      await other.stop();
      await db.end();
      await proxy.close();
    });
    const mail = await mailed();
    assert.equal((await get(mail.link, chrome, away)).statusCode, 302, 'the secret is known from now on');
    proxy.cut();
    const answers = await Promise.all([get(mail.link, chrome, away), get(mail.pixel, chrome, away)]);
    assert.deepEqual(
      answers.map(({ statusCode }) => statusCode),
      [302, 200],
    );
    assert.equal((await of(mail.person, 'act::o')).length, 0);
    proxy.mend();
    await eventually('the open', async () => (await of(mail.person, 'act::o')).length === 1);
    assert.equal((await of(mail.person, 'act::c')).length, 2);
  });

  test('what was done while the database was read-only is kept on disk, and recorded when it writes again', async (t) => {
    const proxy = await databaseProxy(world.t.connection);
    const db = openPool(proxy.connection, silent, 4);
    const other = await world.process({ smtp: smtp.url, db });
    const reading = fastify();
    other.messages.routes(reading);
    t.after(async () => {
      await reading.close();
      await other.stop();
      await db.end();
      await proxy.close();
    });
    const become = async (isReadOnly: boolean): Promise<void> => {
      await setReadOnly(world.t, isReadOnly);
      proxy.cut();
      proxy.mend();
    };
    const mail = await mailed();
    await get(mail.link, chrome, reading);
    await become(true);
    const unsubscribing = reading.inject({ method: 'POST', url: mail.unsubscribe });
    assert.equal((await get(mail.pixel, chrome, reading)).statusCode, 200);
    await eventually('on disk', async () => {
      const kept = (await readdir(world.dataDir)).filter((name) => name.startsWith('touches-'));
      const files = await Promise.all(kept.map((name) => readFile(join(world.dataDir, name), 'utf8')));
      return ['open', 'unsubscribe'].every((did) => files.join('').includes(`"did":"${did}"`));
    });
    await become(false);
    assert.equal((await unsubscribing).statusCode, 200);
    await eventually('the open', async () => (await of(mail.person, 'act::o')).length === 1);
    assert.equal((await world.fields(mail.person))['bol::p'], false);
  });

  test('what was done while the database was away outlives the process that heard of it, and is there once', async (t) => {
    const proxy = await databaseProxy(world.t.connection);
    const db = openPool(proxy.connection, silent, 4);
    const killed = await world.process({ smtp: smtp.url, db });
    const away = fastify();
    killed.messages.routes(away);
    t.after(async () => {
      await away.close();
      await killed.stop();
      await db.end();
      await proxy.close();
    });
    const journals = async () => (await readdir(world.dataDir)).filter((name) => name.startsWith('touches-'));
    const mail = await mailed();
    await get(mail.link, chrome, away);
    proxy.cut();
    await get(mail.pixel, chrome, away);
    await get(mail.link, chrome, away);
    await eventually('both are on disk', async () => {
      const [name] = await journals();
      const lines = name ? (await readFile(join(world.dataDir, name), 'utf8')).trimEnd().split('\n') : [];
      return lines.length === 2;
    });
    // The one that heard of it never gets its database back; another starts.
    const next = await world.process({ smtp: smtp.url });
    await eventually('the open', async () => (await of(mail.person, 'act::o')).length === 1);
    await eventually('the click', async () => (await of(mail.person, 'act::c')).length === 2);
    await eventually('nothing is left on disk', async () => (await journals()).length === 0);
    await next.stop();
    // And should it live after all, it adds nothing.
    proxy.mend();
    await get(mail.link, chrome, away);
    await eventually('it has written', async () => (await of(mail.person, 'act::c')).length === 3);
    assert.equal((await of(mail.person, 'act::o')).length, 1);
  });
});
