import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Own, openOwn } from './test/support.ts';

const PATH = '/api/settings/sending';

describe('how much is sent, and when', () => {
  let own: Own;
  before(async () => {
    own = await openOwn();
  });
  after(() => own.close());

  test('begins with one e-mail per person in sixteen hours', async () => {
    const { status, json } = await own.call('GET', PATH);
    assert.equal(status, 200);
    const { webhook_secret, ...rest } = json;
    assert.deepEqual(rest, { cap: { messages: 1, hours: 16 }, when_capped: 'delay', hours: 'none', timezone: 'UTC' });
    assert.match(webhook_secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  test('is changed in parts; what is not named stays', async () => {
    const hours = { from: '09:00', to: '18:00', days: [1, 2, 3, 4, 5] };
    const changed = await own.call('PATCH', PATH, { hours, when_capped: 'skip', timezone: 'Europe/Lisbon' });
    assert.equal(changed.status, 200);
    const { webhook_secret: _, ...rest } = (await own.call('GET', PATH)).json;
    assert.deepEqual(rest, { cap: { messages: 1, hours: 16 }, when_capped: 'skip', hours, timezone: 'Europe/Lisbon' });
    const cap = { messages: 2, hours: 24, waitDays: 3 };
    assert.deepEqual((await own.call('PATCH', PATH, { cap })).json.cap, cap);
    const parts = { messages: 1, hours: 1.5, waitDays: 0.5 };
    assert.deepEqual((await own.call('PATCH', PATH, { cap: parts })).json.cap, parts, 'hours and days have parts');
    assert.equal((await own.call('PATCH', PATH, { cap: 'none', hours: 'none' })).json.cap, 'none');
    assert.deepEqual(await own.messages.defaults(own.t.db, own.ws), {
      cap: 'none',
      whenCapped: 'skip',
      hours: 'none',
      timezone: 'Europe/Lisbon',
    });
    assert.equal((await own.call('PATCH', PATH, {})).json.cap, 'none', 'nothing named, nothing changed');
  });

  const wrong: [object, RegExp][] = [
    [{ cap: { messages: 0, hours: 16 } }, /cap/],
    [{ cap: { messages: 1, hours: 16, waitDays: 1000 } }, /cap\.waitDays/],
    [{ cap: 1 }, /cap/],
    [{ hours: { from: '9', to: '18:00' } }, /hours/],
    [{ hours: { from: '09:00', to: '09:00' } }, /hours/],
    [{ timezone: 'Mars/Olympus' }, /timezone: there is no time zone "Mars\/Olympus"/],
    [{ when_capped: 'later' }, /when_capped/],
    [{ whenCapped: 'skip' }, /whenCapped/],
  ];
  for (const [body, error] of wrong) {
    test(`${JSON.stringify(body)} is refused, and changes nothing`, async () => {
      const before = (await own.call('GET', PATH)).json;
      const { status, json } = await own.call('PATCH', PATH, body);
      assert.equal(status, 400);
      assert.match(json.error, error);
      assert.deepEqual((await own.call('GET', PATH)).json, before);
    });
  }

  test('wants a key', async () => {
    assert.equal((await fetch(own.url + PATH)).status, 401);
  });

  test('two who change different things at the same moment both have their way', async () => {
    await Promise.all([
      own.call('PATCH', PATH, { cap: { messages: 5, hours: 24 } }),
      own.call('PATCH', PATH, { when_capped: 'delay' }),
      own.call('PATCH', PATH, { timezone: 'Asia/Tokyo' }),
    ]);
    const { cap, when_capped, timezone } = (await own.call('GET', PATH)).json;
    assert.deepEqual([cap, when_capped, timezone], [{ messages: 5, hours: 24 }, 'delay', 'Asia/Tokyo']);
  });
});
