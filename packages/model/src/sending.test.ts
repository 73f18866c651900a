import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { messageContent, sendingRules, waitDaysOf } from './sending.ts';

const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`key${i}`, 'str::first']));

describe('rules of sending', () => {
  test('all are optional, and none is made up', () => {
    assert.deepEqual(sendingRules.parse({}), {});
    const rules = {
      transactional: true,
      topic: 'News',
      cap: { messages: 2, hours: 24, waitDays: 3 },
      whenCapped: 'skip',
      hours: { from: '09:00', to: '18:00', days: [1, 2, 3, 4, 5], timezone: 'Europe/Lisbon' },
    };
    assert.deepEqual(sendingRules.parse(rules), rules);
    assert.deepEqual(sendingRules.parse({ cap: 'none' }), { cap: 'none' });
  });

  const wrong: [object, string][] = [
    [{ cap: { messages: 0, hours: 1 } }, 'cap.messages'],
    [{ cap: { messages: 1, hours: 1, waitDays: 0 } }, 'cap.waitDays'],
    [{ cap: 'some' }, 'cap'],
    [{ topic: ' ' }, 'topic'],
    [{ hours: { from: '09:00', to: '09:00' } }, 'hours.to'],
    [{ hours: { from: '09:00', to: '10:00', timezone: 'Mars' } }, 'hours.timezone'],
    [{ colour: 'red' }, ''],
  ];
  for (const [rules, at] of wrong) {
    test(`${JSON.stringify(rules)} is refused`, () => {
      assert.deepEqual(
        sendingRules.safeParse(rules).error?.issues.map(({ path }) => path.join('.')),
        [at],
      );
    });
  }
});

test('what is too much waits for two weeks, or twice as long as the cap counts, unless it says so', () => {
  assert.equal(waitDaysOf({ messages: 1, hours: 16 }), 14);
  assert.equal(waitDaysOf({ messages: 1, hours: 24 * 7 }), 14);
  assert.equal(waitDaysOf({ messages: 1, hours: 24 * 30 }), 60);
  assert.equal(waitDaysOf({ messages: 1, hours: 24 * 30, waitDays: 1 }), 1);
});

describe('what a message says', () => {
  test('each channel has its own', () => {
    const said = [
      { channel: 'email', template: 'hello' },
      { channel: 'webhook', url: 'https://a.example/{{ people.custom.id }}', method: 'PUT', headers: { 'X-Key': 'k' } },
      { channel: 'notice', to: ['team@a.example'], subject: 'A lead', text: 'Call {{ people.first-name }}' },
      { channel: 'sms', text: 'Hi' },
      { channel: 'push', title: 'Hi', text: 'there' },
      { channel: 'inapp', text: 'Hi' },
      { channel: 'slack', text: 'Hi' },
    ];
    for (const content of said) assert.deepEqual(messageContent.parse(content), content);
    const posted = messageContent.parse({ channel: 'webhook', url: 'http://localhost:8080' });
    assert.deepEqual(posted, { channel: 'webhook', url: 'http://localhost:8080', method: 'POST' });
  });

  const wrong: [string, object][] = [
    ['a host that a person’s field would choose', { channel: 'webhook', url: 'https://{{ people.custom.host }}/x' }],
    [
      'a host that ends in a person’s field',
      { channel: 'webhook', url: 'https://a.example.{{ people.custom.host }}/x' },
    ],
    [
      'a port that a person’s field would choose',
      { channel: 'webhook', url: 'https://a.example:{{ people.postal }}/x' },
    ],
    ['a host behind what looks like one', { channel: 'webhook', url: 'https://a.example@{{ people.custom.host }}/x' }],
    ['another scheme', { channel: 'webhook', url: 'file:///etc/passwd' }],
    ['a header that is ours', { channel: 'webhook', url: 'https://a.example', headers: { 'Idempotency-Key': 'x' } }],
    [
      'a header with a line break in its name',
      { channel: 'webhook', url: 'https://a.example', headers: { 'a\nb': 'x' } },
    ],
    ['a body of GET', { channel: 'webhook', url: 'https://a.example', method: 'GET', body: 'x' }],
    ['more than ten fields', { channel: 'webhook', url: 'https://a.example', fields: many(11) }],
    ['a field of a name that is taken', { channel: 'webhook', url: 'https://a.example', fields: { id: 'str::ei' } }],
    ['fields beside a body', { channel: 'webhook', url: 'https://a.example', body: 'x', fields: many(1) }],
    [
      'two authorizations',
      {
        channel: 'webhook',
        url: 'https://a.example',
        headers: { authorization: 'Bearer x' },
        basicAuth: { user: 'u', password: 'p' },
      },
    ],
    ['another method', { channel: 'webhook', url: 'https://a.example', method: 'TRACE' }],
    ['nobody to write to', { channel: 'notice', to: [], subject: 's', text: 't' }],
    ['no address', { channel: 'notice', to: ['team'], subject: 's', text: 't' }],
    ['a channel there is not', { channel: 'fax', text: 't' }],
  ];
  for (const [what, content] of wrong) {
    test(`${what} is refused`, () => assert.equal(messageContent.safeParse(content).success, false));
  }
});
