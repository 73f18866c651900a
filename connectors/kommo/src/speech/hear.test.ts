import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Heard } from '@tributary/connector-kit';
import { hear, hearUnmarked } from './hear.ts';

const opened: Heard = {
  id: '7800000001',
  activityId: 'act::o',
  at: new Date('2026-11-23T21:04:11.480Z'),
  attributes: { 'str::s': 'How did the first call go?' },
  person: { id: '1', fields: { 'str:cm:kommo-lead-id': '101' } },
  entry: undefined,
};
const at = '2026-11-23T21:04:11.480Z';

describe('what people do with e-mail, on their deal', () => {
  test('an open is a note and the field "Email activity"', () => {
    assert.deepEqual(hear(opened), [
      {
        key: '7800000001:note',
        kind: 'note',
        target: 'lead:101',
        body: { text: 'Opened the e-mail “How did the first call go?” · 23 Nov 2026, 21:04:11 UTC', at },
      },
      {
        key: '7800000001:field',
        kind: 'field',
        target: 'lead:101',
        body: { field: 'Email activity', value: 'Opened “How did the first call go?” · 23 Nov 2026 21:04 UTC', at },
      },
    ]);
  });

  test('a click names the link', () => {
    const clicked = {
      ...opened,
      activityId: 'act::c',
      attributes: { ...opened.attributes, 'str::c': 'https://example.com/case' },
    };
    assert.deepEqual(
      hear(clicked).map((write) => write.body.text ?? write.body.value),
      [
        'Clicked https://example.com/case in the e-mail “How did the first call go?” · 23 Nov 2026, 21:04:11 UTC',
        'Clicked https://example.com/case · 23 Nov 2026 21:04 UTC',
      ],
    );
  });

  test('an answer is a note and the field "Email activity"', () => {
    assert.deepEqual(
      hear({ ...opened, activityId: 'act::re' }).map((write) => write.body.text ?? write.body.value),
      [
        'Answered the e-mail “How did the first call go?” · 23 Nov 2026, 21:04:11 UTC',
        'Answered “How did the first call go?” · 23 Nov 2026 21:04 UTC',
      ],
    );
  });

  test('a mail that is called spam is a note and the field "Email activity"', () => {
    assert.deepEqual(
      hear({ ...opened, activityId: 'act::s-ab' }).map((write) => write.body.text ?? write.body.value),
      [
        'Reported the e-mail “How did the first call go?” as spam · 23 Nov 2026, 21:04:11 UTC',
        'Reported an e-mail as spam · 23 Nov 2026 21:04 UTC',
      ],
    );
  });

  test('unsubscribing, subscribing and bouncing set the field "Email status"', () => {
    const status = (activityId: string) =>
      hear({ ...opened, activityId }).map((write) => [write.kind, write.body.field, write.body.value]);
    assert.deepEqual(status('act::u-all')[1], ['field', 'Email status', 'Unsubscribed']);
    assert.deepEqual(status('act::s-all')[1], ['field', 'Email status', 'Subscribed']);
    assert.deepEqual(status('act::b')[1], ['field', 'Email status', 'Bounced']);
    assert.equal(status('act::u-all')[0]?.[0], 'note');
  });

  test('an open or click by a machine is not told', () => {
    for (const activityId of ['act::o', 'act::c']) {
      assert.deepEqual(hear({ ...opened, activityId, attributes: { ...opened.attributes, 'bol::m': true } }), []);
    }
    assert.equal(hear({ ...opened, attributes: { 'bol::m': false } }).length, 2);
  });

  test('the deal is the one the journey started with, not the one the person was last seen in', () => {
    const [write] = hear({ ...opened, entry: { 'str:cm:lead-id': '77' } });
    assert.equal(write?.target, 'lead:77');
  });

  test('a person without a deal is nothing to Kommo', () => {
    for (const id of [undefined, '', 'x', '0', '-1', 7, null]) {
      const fields = id === undefined ? {} : { 'str:cm:kommo-lead-id': id };
      assert.deepEqual(hear({ ...opened, person: { id: '1', fields } }), []);
    }
  });

  test('without a subject it is an e-mail; a long one is cut, and the moment stays', () => {
    assert.match(String(hear({ ...opened, attributes: {} })[0]?.body.text), /^Opened the e-mail · 23 Nov/);
    const [, field] = hear({ ...opened, attributes: { 'str::s': `a\nb ${'x'.repeat(400)}` } });
    const value = String(field?.body.value);
    assert.ok(
      value.length <= 255 && value.startsWith('Opened “a b xxx') && value.endsWith(' · 23 Nov 2026 21:04 UTC'),
      value,
    );
    const click = hear({
      ...opened,
      activityId: 'act::c',
      attributes: { 'str::c': `https://e.com/${'x'.repeat(2_000)}` },
    });
    assert.ok(String(click[1]?.body.value).length <= 255);
    assert.ok(String(click[1]?.body.value).endsWith('UTC'));
  });
});

describe('an address that has not bounced any more', () => {
  const status = (target: string, value: string) => ({
    ...{ kind: 'field', target },
    body: { field: 'Email status', value, at },
  });
  const unmarked = (fields: Heard['person']['fields'], ...written: ReturnType<typeof status>[]) =>
    hearUnmarked({ at: new Date(at), person: { id: '1', fields }, written }).map(({ target, body }) => [
      target,
      body.value,
    ]);

  test('is told on the deals that last said "Bounced", and on no others', () => {
    const written = [
      ...[status('lead:1', 'Bounced'), status('lead:2', 'Bounced'), status('lead:2', 'Unsubscribed')],
      ...[
        status('lead:3', 'Subscribed'),
        { ...status('lead:4', 'Bounced'), body: { field: 'Seats', value: 'Bounced', at } },
      ],
    ];
    assert.deepEqual(unmarked({ 'bol::p': true }, ...written), [['lead:1', 'Subscribed']]);
    assert.deepEqual(unmarked({ 'bol::p': true }), []);
  });

  test('says "Unsubscribed" of who wants no mail', () => {
    assert.deepEqual(unmarked({ 'bol::p': false }, status('lead:1', 'Bounced')), [['lead:1', 'Unsubscribed']]);
  });
});
