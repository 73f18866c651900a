import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type MessageContent, messageContent, NO_ID, publicId } from '@tributary/model';
import { createWorld, type World } from './test/world.ts';

describe('what somebody would be sent', () => {
  let world: World;
  let anna: string;
  before(async () => {
    world = await createWorld();
    await world.putTemplate('news', {
      subject: '{{ people.first-name }}: {{ activity.stage }}',
      html: '<p>Hi {{ people.first-name }}</p><a href="https://a.example/">Go</a><a href="{{ unsubscribe_url }}">No more</a>',
      fromName: 'Mira',
    });
    anna = await world.person({ 'str::email': 'anna@example.com', 'str::first': 'Anna <A>' });
  });
  after(() => world.close());
  const preview = async (content: object) => {
    const person = (await world.people.find(world.t.db, world.workspaceId, [anna])).get(anna)!;
    return world.messages.preview(world.t.db, world.workspaceId, {
      content: messageContent.parse(content),
      person,
      entry: { 'str:cm:stage': 'Won' },
      attributes: { 'idt::c': 'c1', 'str::jsi': 'tell' },
    });
  };

  test('an e-mail, with its links as they are', async () => {
    assert.deepEqual(await preview({ channel: 'email', template: 'news' }), {
      channel: 'email',
      from: { name: 'Mira', address: 'sales@acme.example' },
      replyTo: undefined,
      to: 'anna@example.com',
      subject: 'Anna <A>: Won',
      html: '<p>Hi Anna &#60;A&#62;</p><a href="https://a.example/">Go</a><a href="https://t.example/t/u/preview">No more</a>',
      text: 'Hi Anna <A>\n\nGo (https://a.example/)No more (https://t.example/t/u/preview)',
    });
  });

  test('a webhook, without its password', async () => {
    const seen = await preview({
      channel: 'webhook',
      url: 'https://crm.example/x',
      basicAuth: { user: 'u', password: 'p' },
    });
    assert.ok('request' in seen);
    const { body, headers, ...rest } = seen.request;
    assert.deepEqual(rest, { method: 'POST', url: 'https://crm.example/x' });
    assert.deepEqual(headers, { Authorization: 'Basic …', 'Content-Type': 'application/json' });
    const told = JSON.parse(body!);
    assert.deepEqual(
      [told.id, told.contact_id, told.campaign_id, told.shape_title, told.webhook_name],
      [NO_ID, publicId(anna), 'c1', 'tell', 'crm.example'],
    );
  });

  test('a note, and what has no channel yet', async () => {
    assert.deepEqual(
      await preview({
        channel: 'notice',
        to: ['a@b.example'],
        subject: 'S {{ activity.stage }}',
        text: '{{ people.email }}',
      }),
      { channel: 'notice', to: ['a@b.example'], subject: 'S Won', text: 'anna@example.com' },
    );
    assert.deepEqual(await preview({ channel: 'push', title: 'Hi {{ people.first-name }}', text: 'x' }), {
      channel: 'push',
      title: 'Hi Anna <A>',
      text: 'x',
    });
  });

  test('or why it can not be made', async () => {
    const errors: [object, RegExp][] = [
      [{ channel: 'email', template: 'nowhere' }, /there is no template "nowhere"/],
      [{ channel: 'webhook', url: 'https://a.example', body: '{"a": {{ people.none }}}' }, /the body is not JSON/],
      [{ channel: 'sms', text: '{% if %}' }, /text, line 1/],
    ];
    for (const [content, error] of errors) {
      const seen = await preview(content);
      assert.match('error' in seen ? seen.error : '', error);
    }
  });

  test('and nothing is stored', async () => {
    const { rows } = await world.t.db.query('select from message union all select from message_content');
    assert.equal(rows.length, 0);
  });

  test('what is wrong with a message that is to be sent one day is told with its place', async () => {
    const problems = (content: object, rules = {}) =>
      world.messages.problems(world.t.db, world.workspaceId, { content: content as MessageContent, rules });
    assert.deepEqual(await problems({ channel: 'email', template: 'news' }), []);
    assert.deepEqual(await problems({ channel: 'email', template: 'no' }, { topic: 'Nobody' }), [
      { at: 'content.template', problem: 'there is no template "no"' },
      { at: 'rules.topic', problem: 'there is no audience "Nobody"' },
    ]);
    const webhook = {
      channel: 'webhook',
      method: 'POST',
      url: 'https://a.example',
      fields: { a: 'str::first', b: 'str:cm:no' },
    };
    assert.deepEqual(await problems(webhook), [{ at: 'content.fields.b', problem: 'there is no field str:cm:no' }]);
    const [wrong] = await problems({ ...webhook, fields: undefined, headers: { 'X-A': '{{ a | none }}' } });
    assert.match(wrong?.problem ?? '', /header X-A, line 1: undefined filter: none/);
    await world.audiences.create(world.workspaceId, {
      name: 'News',
      filter: { '$bol::is': { field_id: 'bol::p', value: true } },
    });
    assert.deepEqual(await problems({ channel: 'sms', text: 'x' }, { topic: 'News' }), []);
  });
});
