import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import fastify, { type FastifyInstance } from 'fastify';
import { silent } from '../../../test/support/database.ts';
import { databaseProxy } from '../../../test/support/database-proxy.ts';
import { publicAudienceId } from '../../audiences/index.ts';
import { openPool } from '../../platform/database/pool.ts';
import { eventually } from '../test/eventually.ts';
import { startSmtp, type TestSmtp } from '../test/smtp-server.ts';
import { createWorld, type TestProcess, type World } from '../test/world.ts';

const everybody = { '$str::is': { field_id: 'str::first', value: 'Anna' } };

describe('what a reader chooses of topics', () => {
  let world: World;
  let smtp: TestSmtp;
  let sender: TestProcess;
  let app: FastifyInstance;
  let news: string;
  let events: string;
  let inner: string;
  before(async () => {
    world = await createWorld();
    smtp = await startSmtp();
    sender = await world.process({ smtp: smtp.url });
    app = fastify();
    sender.messages.routes(app);
    const make = async (given: Partial<Parameters<World['audiences']['create']>[1]> & { name: string }) =>
      publicAudienceId(await world.audiences.create(world.workspaceId, { filter: everybody, ...given }));
    news = await make({
      name: 'news-2026',
      isPublic: true,
      publicName: 'Product <news>',
      publicDescription: 'What is new, once a month',
    });
    events = await make({ name: 'Events', isPublic: true });
    inner = await make({ name: 'Likely to churn' });
    await make({ name: 'Ben’s', isPublic: true, filter: { '$str::is': { field_id: 'str::first', value: 'Ben' } } });
    const building = world.audiences.start();
    for (const id of [news, events, inner])
      await eventually('it is built', async () => (await world.audiences.find(world.workspaceId, id)).ready);
    await building.close();
  });
  after(async () => {
    await app.close();
    await sender.stop();
    await smtp.close();
    await world.close();
  });

  let people = 0;
  const mailed = async (topic?: string, first = 'Anna') => {
    const address = `reader${++people}@example.com`;
    const person = await world.person({ 'str::email': address, 'str::first': first });
    if (first === 'Anna')
      await world.t.db.query(
        `insert into audience_member (workspace_id, audience_id, person_id, since)
         select workspace_id, id, $1, now() from audience where name in ('news-2026', 'Events', 'Likely to churn')
         on conflict do nothing`,
        [person],
      );
    await world.queue(person, { rules: { cap: 'none', ...(topic ? { topic } : {}) } });
    const { id } = await world.message(person, 'sent');
    const { source } = smtp.received.find(({ to }) => to === address)!;
    const [, url] = /^List-Unsubscribe: <([^>]+)>/m.exec(source.replace(/\r\n /g, ' '))!;
    return { person, id, unsubscribe: new URL(url!.replaceAll(' ', '')).pathname };
  };
  const post = (url: string, fields: [string, string][], via = app) =>
    via.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const gets = async (person: string) =>
    (await world.audiences.subscriptionsOf(world.t.db, world.workspaceId, [person]))
      .get(person)!
      .audiences.filter(({ subscribed }) => subscribed)
      .map(({ name }) => name)
      .sort();
  const told = async (person: string) =>
    (await world.timeline(person)).filter(({ activityId }) => /^act::[su]-/.test(activityId));

  test('the page shows the public topics she gets, by their public names, and everything; looking changes nothing', async () => {
    const { person, unsubscribe } = await mailed();
    const { statusCode, body } = await app.inject(unsubscribe);
    assert.equal(statusCode, 200);
    const rows = [...body.matchAll(/<input type="checkbox" name="keep" value="(\w+)"( checked)?>\s*<span>([^<]*)/g)];
    assert.deepEqual(
      rows.map(([, id, checked, name]) => [id, checked, name]),
      [
        [events, ' checked', 'Events'],
        [news, ' checked', 'Product &#60;news&#62;'],
      ],
    );
    assert.match(body, /What is new, once a month/);
    assert.match(body, /<button class="quiet">Unsubscribe from everything<\/button>/);
    assert.doesNotMatch(body, /churn|>Stop |<script/);
    assert.deepEqual(await gets(person), ['Events', 'Likely to churn', 'news-2026']);
  });

  test('a mail about a topic offers that one first, and leaving it leaves the others', async () => {
    const { person, id, unsubscribe } = await mailed('news-2026');
    const page = (await app.inject(unsubscribe)).body;
    assert.match(page, /is about <b>Product &#60;news&#62;<\/b>/);
    assert.ok(page.indexOf('Stop “') < page.indexOf('Events'));
    const done = await post(unsubscribe, [
      ['from', 'topics'],
      ['leave', news],
    ]);
    assert.equal(done.statusCode, 200);
    assert.match(done.body, /You no longer get “Product &#60;news&#62;”/);
    assert.deepEqual(await gets(person), ['Events', 'Likely to churn']);
    assert.equal((await world.fields(person))['bol::p'], true);
    const [left] = await told(person);
    assert.equal(left?.activityId, 'act::u-a');
    assert.equal(left?.attributes['idt::a'], news);
    assert.equal(left?.attributes['str::an'], 'news-2026');
    assert.equal(left?.attributes['str::u-ctx'], 'Unsubscribe page');
    assert.equal(left?.attributes['idt::mi'], publicId(id, 'message'));
    await world.queue(person, { rules: { cap: 'none', topic: news } });
    assert.equal((await world.message(person, 'skipped')).reason, 'the person has unsubscribed from "news-2026"');
  });

  test('several are left at once and got again, on the same page; what is unchanged is not told', async () => {
    const { person, unsubscribe } = await mailed('Events');
    const save = (...keep: string[]) =>
      post(unsubscribe, [
        ['from', 'topics'],
        ['of', news],
        ['of', events],
        ...keep.map((id): [string, string] => ['keep', id]),
      ]);
    assert.match((await save()).body, /You no longer get “Events”, “Product &#60;news&#62;”/);
    assert.deepEqual(await gets(person), ['Likely to churn']);
    const again = await save(news);
    assert.match(again.body, /You get “Product &#60;news&#62;” again/);
    assert.match(again.body, new RegExp(`name="keep" value="${news}" checked`));
    assert.match(again.body, new RegExp(`name="keep" value="${events}">`));
    const same = (await save(news)).body;
    assert.match(same, />saved<.*All is as you had chosen before\./s);
    assert.doesNotMatch(same, /nothing has changed/);
    assert.deepEqual(await gets(person), ['Likely to churn', 'news-2026']);
    assert.deepEqual((await told(person)).map(({ activityId }) => activityId).sort(), [
      'act::s-a',
      'act::u-a',
      'act::u-a',
    ]);
  });

  test('a topic that is not public can be left by the mail about it, whose name she does not see', async () => {
    const { person, unsubscribe } = await mailed('Likely to churn');
    const { body } = await app.inject(unsubscribe);
    assert.match(body, /<button>Stop e-mails like this one<\/button>/);
    assert.doesNotMatch(body, /churn/);
    await post(unsubscribe, [
      ['from', 'topics'],
      ['leave', inner],
    ]);
    assert.deepEqual(await gets(person), ['Events', 'news-2026']);
  });

  test('topics that she can not choose of stay as they are', async () => {
    const { person, unsubscribe } = await mailed('Events');
    await post(unsubscribe, [
      ['from', 'topics'],
      ['leave', inner],
      ['leave', 'nonsense'],
    ]);
    assert.deepEqual(await gets(person), ['Events', 'Likely to churn', 'news-2026']);
  });

  test('one click is still everything, and whoever has left everything chooses nothing', async () => {
    const { person, unsubscribe } = await mailed('Events');
    assert.equal((await post(unsubscribe, [['List-Unsubscribe', 'One-Click']])).body, 'unsubscribed\n');
    assert.equal((await world.fields(person))['bol::p'], false);
    assert.match((await app.inject(unsubscribe)).body, /<h1>You are unsubscribed<\/h1>/);
    const again = await post(unsubscribe, [
      ['from', 'topics'],
      ['of', news],
      ['keep', news],
    ]);
    assert.match(again.body, /<h1>You are unsubscribed<\/h1>/);
    assert.equal((await world.fields(person))['bol::p'], false);
  });

  test('whoever belongs to no topic sees the page as it was', async () => {
    const { unsubscribe } = await mailed(undefined, 'Ben2');
    assert.match((await app.inject(unsubscribe)).body, /<button>Unsubscribe me<\/button>/);
  });

  test('the page names the sender as the mail did', async () => {
    await world.putTemplate('hello', { fromName: '{{ people.first-name }}’s friends at Acme' });
    const alone = await mailed(undefined, 'Ben3');
    assert.match((await app.inject(alone.unsubscribe)).body, /no more e-mails from <b>Ben3’s friends at Acme<\/b>/);
    const left = await post(alone.unsubscribe, [['from', 'page']]);
    assert.match(left.body, /no more e-mails from <b>Ben3’s friends at Acme<\/b>/);
    assert.match((await app.inject(alone.unsubscribe)).body, /no more e-mails from <b>Ben3’s friends at Acme<\/b>/);
    const anna = await mailed('Events');
    assert.match((await app.inject(anna.unsubscribe)).body, /<h1>Your e-mails from Anna’s friends at Acme<\/h1>/);
    await world.putTemplate('hello', {});
    assert.match((await app.inject(anna.unsubscribe)).body, /<h1>Your e-mails from Acme Sales<\/h1>/);
  });

  test('with the database away everything can be left, and of topics it says that nothing was saved', async (t) => {
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
    const { unsubscribe } = await mailed('Events');
    await away.inject(unsubscribe);
    proxy.cut();
    assert.match((await away.inject(unsubscribe)).body, /<button>Unsubscribe me<\/button>/);
    const fields: [string, string][] = [
      ['from', 'topics'],
      ['leave', events],
    ];
    const failed = await post(unsubscribe, fields, away);
    assert.equal(failed.statusCode, 503);
    assert.match(failed.body, /<h1>Not saved<\/h1>/);
    assert.match(failed.body, new RegExp(`name="leave" value="${events}"`));
    proxy.mend();
  });
});
