import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type MessageContent, messageContent, publicId } from '@tributary/model';
import { updateToUncertain } from '../store/outbox.sql.ts';
import { eventually } from '../test/eventually.ts';
import { opened } from '../test/opened.ts';
import { startWeb, type TestWeb } from '../test/web-server.ts';
import {
  CAMPAIGN,
  createWorld,
  listeningLog,
  type ProcessOptions,
  type TestProcess,
  type World,
} from '../test/world.ts';

const MINUTE = 60_000;

describe('webhooks', () => {
  let world: World;
  const { open, smtpServer, stopAll } = opened(() => world);
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(async () => {
    await stopAll();
    await world.close();
  });
  const server = async (
    onRequest: NonNullable<Parameters<typeof startWeb>[0]>['onRequest'] = () => undefined,
  ): Promise<TestWeb> => {
    const web = await startWeb({ onRequest });
    open.push({ stop: web.close });
    return web;
  };
  const sender = async (o: ProcessOptions = {}): Promise<TestProcess> => {
    const process = await world.process({ web: { answerMs: 10_000 }, ...o });
    open.push(process);
    return process;
  };
  let people = 0;
  const somebody = (fields: object = {}) =>
    world.person({ 'str::email': `w${++people}@example.com`, 'str::first': 'Anna "A"', ...fields } as never);
  const webhook = (o: object): MessageContent => messageContent.parse({ channel: 'webhook', ...o });
  const told = async (person: string, id: string) =>
    (await world.timeline(person)).filter(({ activityId }) => activityId === id).map(({ attributes }) => attributes);

  test('without a body of its own it is what Ortto’s journeys send, signed, once', async () => {
    const web = await server();
    await sender();
    const anna = await somebody({ 'phn::phone': { c: '49', n: '15112345' } });
    const content = webhook({
      url: `${web.url}/hook`,
      name: 'CRM',
      fields: { phone: 'phn::phone', age: 'int:cm:age' },
    });
    await world.queue(anna, { content, attributes: { ...CAMPAIGN, 'str::jst': 'Tell the CRM' } });
    const message = await world.message(anna, 'sent');
    assert.equal(web.received.length, 1);
    const [request] = web.received;
    const id = publicId(message.id, 'message');
    assert.deepEqual(JSON.parse(request!.body), {
      campaign_id: 'c1',
      campaign_name: 'Follow-up',
      contact_id: publicId(anna),
      email: `w${people}@example.com`,
      id,
      run_id: 'r1',
      shape_id: 'mail-1',
      shape_title: 'Tell the CRM',
      time: message.queuedAt.toISOString(),
      webhook_id: JSON.parse(request!.body).webhook_id,
      webhook_name: 'CRM',
      phone: { c: '49', n: '15112345' },
      age: null,
    });
    assert.match(JSON.parse(request!.body).webhook_id, /^[0-9a-f]{24}$/);
    const { headers } = request!;
    assert.deepEqual(
      [request?.method, headers['content-type'], headers['idempotency-key'], headers['webhook-id']],
      ['POST', 'application/json', id, id],
    );
    const secret = Buffer.from((await world.messages.webhookSecret(world.workspaceId)).replace('whsec_', ''), 'base64');
    const signed = `${id}.${headers['webhook-timestamp']}.${request!.body}`;
    assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
    assert.deepEqual(await told(anna, 'act::sja'), [
      {
        'idt::c': 'c1',
        'str::cn': 'Follow-up',
        'str::jsi': 'mail-1',
        'str::jst': 'Tell the CRM',
        'idt::jri': 'r1',
        'str::pat': 'webhook',
        'str::at': 'CRM',
        'str::jsl': 'answered 200',
      },
    ]);
    assert.deepEqual([message.channel, message.name, message.address], ['webhook', 'CRM', `POST ${web.url}`]);
  });

  test('address, headers and body are Liquid, and what is known of a person breaks none of them', async () => {
    const web = await server();
    await sender();
    const anna = await somebody({ 'str::last': 'x", "admin": true, "y": "', 'str::ei': 'a/b?c=d&e' });
    await world.queue(anna, {
      content: webhook({
        url: `${web.url}/people/{{ people.external-id }}?name={{ people.last-name }}`,
        method: 'PUT',
        headers: { 'X-First': 'is {{ people.first-name }}', Authorization: 'Bearer t' },
        body: '{"last": "{{ people.last-name }}", "stage": {{ activity.stage | json }}, "score": {{ activity.score }}}',
      }),
      entry: { 'str:cm:stage': 'Won "big"', 'int:cm:score': 7 },
    });
    await world.message(anna, 'sent');
    const [request] = web.received;
    assert.equal(request?.method, 'PUT');
    assert.equal(request?.url, '/people/a%2Fb%3Fc%3Dd%26e?name=x%22%2C%20%22admin%22%3A%20true%2C%20%22y%22%3A%20%22');
    assert.deepEqual([request?.headers['x-first'], request?.headers.authorization], ['is Anna "A"', 'Bearer t']);
    assert.deepEqual(JSON.parse(request!.body), { last: 'x", "admin": true, "y": "', stage: 'Won "big"', score: 7 });
  });

  test('a form and XML are escaped as they have to be', async () => {
    const web = await server();
    await sender();
    const anna = await somebody({ 'str::last': 'A&b=c "q" <é>' });
    const bodies: [type: string, body: string, sent: string][] = [
      [
        'application/x-www-form-urlencoded',
        'name={{ people.last-name }}&again={{ people.last-name | url_encode }}',
        'name=A%26b%3Dc%20%22q%22%20%3C%C3%A9%3E&again=A%26b%3Dc%20%22q%22%20%3C%C3%A9%3E',
      ],
      ['application/xml', '<n a="{{ people.last-name }}"/>', '<n a="A&#38;b=c &#34;q&#34; &#60;é&#62;"/>'],
      ['text/csv', '"{{ people.last-name }}"', '"A&b=c "q" <é>"'],
    ];
    for (const [i, [type, body, sent]] of bodies.entries()) {
      await world.queue(anna, { content: webhook({ url: web.url, headers: { 'Content-Type': type }, body }) });
      await eventually(`that of ${type}`, async () => web.received.length === i + 1);
      assert.deepEqual([web.received[i]?.headers['content-type'], web.received[i]?.body], [type, sent]);
    }
  });

  test('GET carries no body; a password goes as basic authorization; text goes as text', async () => {
    const web = await server();
    await sender();
    const anna = await somebody();
    await world.queue(anna, {
      content: webhook({ url: web.url, method: 'GET', basicAuth: { user: 'u', password: 'p:q' } }),
    });
    await world.message(anna, 'sent');
    const [got] = web.received;
    assert.deepEqual([got?.method, got?.body, got?.headers['content-length']], ['GET', '', undefined]);
    assert.equal(got?.headers.authorization, `Basic ${Buffer.from('u:p:q').toString('base64')}`);
    await world.queue(anna, { content: webhook({ url: web.url, body: 'Hi {{ people.first-name }}' }) });
    await eventually('the second', async () => web.received.length === 2);
    assert.equal(web.received[1]?.body, 'Hi Anna "A"');
    assert.equal(web.received[1]?.headers['content-type'], 'text/plain; charset=utf-8');
  });

  const broken: [string, object, RegExp][] = [
    ['Liquid that can not be read', { body: '{% if %}' }, /body, line 1/],
    ['a body that is no JSON', { body: '{"a": {{ people.custom.none }}}' }, /the body is not JSON/],
  ];
  for (const [what, content, reason] of broken) {
    test(`${what}: nothing is sent, and the timeline says why`, async () => {
      const web = await server();
      await sender();
      const anna = await somebody();
      await world.queue(anna, { content: webhook({ url: web.url, ...content }) });
      assert.match((await world.message(anna, 'failed')).reason ?? '', reason);
      const [failed] = await told(anna, 'act::fja');
      assert.match(String(failed?.['str::jsl']), reason);
      assert.equal(web.received.length, 0);
    });
  }

  for (const status of [400, 401, 403, 404, 405, 410, 422]) {
    test(`${status} is not tried again`, async () => {
      const web = await server(() => ({ status, body: 'no such deal' }));
      await sender();
      const anna = await somebody();
      await world.queue(anna, { content: webhook({ url: web.url }) });
      assert.equal((await world.message(anna, 'failed')).reason, `answered ${status}: no such deal`);
      world.clock.advance(48 * 60 * MINUTE);
      assert.equal((await told(anna, 'act::fja')).length, 1);
      assert.equal(web.received.length, 1);
    });
  }

  test('a server that fails is tried up to twelve times, from five minutes to a day, under one id, and then given up', async () => {
    const web = await server(() => ({ status: 503 }));
    await sender();
    const anna = await somebody();
    await world.queue(anna, { content: webhook({ url: web.url }) });
    const waits: number[] = [];
    for (let tries = 1; tries < 12; tries++) {
      const row = await eventually(`try ${tries}`, async () => {
        const message = await world.message(anna);
        return message.attempts === tries && message.state === 'queued' && message;
      });
      assert.equal(row.reason, 'answered 503');
      waits.push(Math.round((row.dueAt!.getTime() - world.clock.now().getTime()) / MINUTE));
      world.clock.advance(row.dueAt!.getTime() - world.clock.now().getTime());
    }
    await world.message(anna, 'failed');
    assert.deepEqual([waits[0], waits.at(-1)], [5, 24 * 60]);
    assert.equal(web.received.length, 12);
    assert.equal(new Set(web.received.map(({ headers }) => headers['idempotency-key'])).size, 1);
    assert.equal(new Set(web.received.map(({ body }) => body)).size, 1);
    assert.ok(new Set(web.received.map(({ headers }) => headers['webhook-signature'])).size > 1, 'signed anew');
    assert.equal((await told(anna, 'act::fja')).length, 1);
    assert.deepEqual(await told(anna, 'act::sja'), []);
  });

  test('a server that asks for a pause gets it', async () => {
    let tries = 0;
    const web = await server(() => (++tries === 1 ? { status: 429, headers: { 'retry-after': '3600' } } : undefined));
    await sender();
    const anna = await somebody();
    await world.queue(anna, { content: webhook({ url: web.url }) });
    const row = await eventually('a refusal', async () => {
      const message = await world.message(anna);
      return message.reason === 'answered 429' && message;
    });
    assert.ok(row.dueAt!.getTime() - world.clock.now().getTime() > 59 * MINUTE);
    world.clock.advance(60 * MINUTE);
    await world.message(anna, 'sent');
  });

  test('the answer is lost: uncertain, and sent again under the same id, even where mail is held', async () => {
    let tries = 0;
    const web = await server(() => (++tries === 1 ? 'hang up' : undefined));
    await sender({ whenUncertain: 'hold' });
    const anna = await somebody();
    await world.queue(anna, { content: webhook({ url: web.url }) });
    const uncertain = await world.message(anna, 'uncertain');
    assert.equal(uncertain.uncertainCount, 1);
    world.clock.advance(5 * MINUTE);
    const message = await world.message(anna, 'sent');
    assert.deepEqual([message.attempts, web.received.length], [2, 2]);
    assert.equal(web.received[0]?.headers['idempotency-key'], web.received[1]?.headers['idempotency-key']);
  });

  test('a server that never answers is given up in the end, and it is said that it may have arrived', async () => {
    const web = await server(() => 'never');
    await sender({ web: { answerMs: 300 } });
    const anna = await somebody();
    await world.queue(anna, { content: webhook({ url: web.url }) });
    await world.message(anna, 'uncertain');
    await world.t.db.query('update message set attempts = 11 where person_id = $1', [anna]);
    world.clock.advance(5 * MINUTE);
    const message = await world.message(anna, 'failed');
    assert.match(message.reason ?? '', /no answer in time, in any of 12 tries; it may have arrived/);
  });

  test('what a dead process had on the way goes again', async () => {
    const mute = await server(() => 'never');
    const first = await sender({ web: { answerMs: 60_000 } });
    const anna = await somebody();
    await world.queue(anna, { content: webhook({ url: mute.url }) });
    await eventually('it is on the way', async () => mute.received.length === 1);
    assert.equal(await updateToUncertain(world.t.db, [first.number], world.clock.now()), 1);
    await sender({ whenUncertain: 'hold', web: { answerMs: 300 } });
    await eventually('it goes again', async () => mute.received.length === 2);
    mute.dropAll();
  });

  test('a server that is away holds up neither mail nor other servers, and its webhooks wait without using up tries', async () => {
    const dead = await startWeb();
    await dead.close();
    const [web, smtp] = [await server(), await smtpServer()];
    const { log, lines } = listeningLog();
    await sender({ smtp: smtp.url, log });
    const [anna, ben] = [await somebody(), await somebody()];
    for (let i = 0; i < 60; i++) await world.queue(anna, { content: webhook({ url: `${dead.url}/${i}` }) });
    await world.queue(ben, { content: webhook({ url: web.url }) });
    await world.message(ben, 'sent');
    await world.queue(ben);
    await eventually('the mail', async () => smtp.received.length === 1);
    const rows = await eventually('all are decided', async () => {
      const all = await world.messages.listOfPerson(world.t.db, world.workspaceId, anna, 100);
      return all.every(({ state, reason }) => state === 'queued' && reason !== null) && all;
    });
    const untried = rows.filter(({ attempts }) => attempts === 0);
    assert.ok(untried.length > 30, `${untried.length} were not tried`);
    assert.ok(untried.every(({ reason }) => /does not answer/.test(reason ?? '')));
    assert.equal(lines.filter(({ msg }) => /does not answer: webhooks wait/.test(msg)).length, 1);
    const back = await startWeb({ port: dead.port });
    open.push({ stop: back.close });
    await eventually('all sixty', async () => {
      world.clock.advance(MINUTE);
      return new Set(back.received.map(({ url }) => url)).size === 60;
    });
    assert.equal(back.received.length, 60);
  });

  test('many to a server that takes its time do not hold up mail', async () => {
    const held: (() => void)[] = [];
    const web = await server(() => new Promise<undefined>((resolve) => held.push(() => resolve(undefined))));
    const smtp = await smtpServer();
    await sender({ smtp: smtp.url, web: { answerMs: 60_000 } });
    const anna = await somebody();
    for (let i = 0; i < 100; i++) await world.queue(anna, { content: webhook({ url: web.url }) });
    await eventually('as many as are carried', async () => held.length === 16);
    const ben = await somebody();
    await world.queue(ben);
    await world.message(ben, 'sent');
    assert.equal(held.length, 16);
    await eventually('the rest', async () => {
      for (const answer of held.splice(0)) answer();
      return web.received.length === 100;
    });
    const sent = `select count(*)::int as n from message where person_id = $1 and state = 'sent'`;
    await eventually('all are sent', async () => {
      for (const answer of held.splice(0)) answer();
      return (await world.t.db.query<{ n: number }>(sent, [anna])).rows[0]!.n === 100;
    });
  });

  test('hundreds by three processes: each once', async () => {
    const web = await server();
    await Promise.all([1, 2, 3].map(() => sender()));
    const anna = await somebody();
    await Promise.all(Array.from({ length: 200 }, () => world.queue(anna, { content: webhook({ url: web.url }) })));
    const sent = `select count(*)::int as n from message where person_id = $1 and state = 'sent'`;
    await eventually('200 sent', async () => (await world.t.db.query<{ n: number }>(sent, [anna])).rows[0]!.n === 200);
    assert.equal(web.received.length, 200);
    assert.equal(new Set(web.received.map(({ headers }) => headers['idempotency-key'])).size, 200);
    const { rows } = await world.t.db.query('select from message_content');
    assert.equal(rows.length, 1, 'what they all say is kept once');
  });

  test('what a server answers is written down, text or not', async () => {
    const web = await server(() => ({ status: 400, body: 'no\0thing' }));
    await sender();
    const anna = await somebody();
    await world.queue(anna, { content: webhook({ url: web.url }) });
    assert.equal((await world.message(anna, 'failed')).reason, 'answered 400: nothing');
    assert.equal((await told(anna, 'act::fja'))[0]?.['str::jsl'], 'answered 400: nothing');
    assert.equal(web.received.length, 1);
  });

  test('a redirect is not followed: it says where it leads', async () => {
    const other = await server();
    const web = await server(() => ({ status: 307, headers: { location: other.url } }));
    await sender();
    const anna = await somebody();
    await world.queue(anna, { content: webhook({ url: web.url }) });
    assert.match((await world.message(anna, 'failed')).reason ?? '', /answered 307: it leads on to http:\/\/127/);
    assert.equal(other.received.length, 0);
  });

  test('about who is archived nothing is told', async () => {
    const web = await server();
    await sender();
    const anna = await somebody();
    await world.people.lifecycle.change(world.workspaceId, 'archive', { ids: [anna] }, 'test');
    await world.queue(anna, { content: webhook({ url: web.url }) });
    assert.equal((await world.message(anna, 'skipped')).reason, 'the person is archived');
    assert.equal(web.received.length, 0);
  });
});
