import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { after, DAY, entered, HOUR, moment } from '../test/support.ts';
import { delay } from './delay.ts';

const opened = { '$act::has_occurred': { field_id: 'act::o' } };
const twoDays = { kind: 'delay', for: { days: 2 }, next: 'case-study' } as const;

describe('a delay', () => {
  test('keeps a person who has just come until the time is up', () => {
    assert.deepEqual(delay(twoDays, moment({ now: after(1) })), {
      do: 'wait',
      until: after(2 * DAY),
      did: 'waits until 2026-03-04 08:00 UTC',
    });
  });

  test('lets her go at that very moment, and not a millisecond before', () => {
    assert.equal(delay(twoDays, moment({ now: after(2 * DAY - 1) })).do, 'wait');
    assert.deepEqual(delay(twoDays, moment({ now: after(2 * DAY) })), {
      do: 'go',
      to: 'case-study',
      did: 'waited long enough',
    });
  });

  test('counts from her arrival: whoever looks late adds nothing to it', () => {
    const late = delay(twoDays, moment({ arrived: after(HOUR), now: after(5 * HOUR) }));
    assert.deepEqual(late.do === 'wait' && late.until, after(HOUR + 2 * DAY));
    assert.equal(delay(twoDays, moment({ now: after(30 * DAY) })).do, 'go');
  });

  test('ends at once when what it waits for has happened, however early', () => {
    const happened = moment({
      now: after(1),
      activities: ({ fieldId }) => (fieldId === 'act::o' ? [{ at: after(1), attributes: {} }] : []),
    });
    assert.deepEqual(delay({ ...twoDays, unless: opened }, happened), {
      do: 'go',
      to: 'case-study',
      did: 'went on at once: what ends the wait has happened',
    });
    assert.equal(delay({ ...twoDays, unless: { '$act::has_occurred': { field_id: 'act::c' } } }, happened).do, 'wait');
  });

  test('can end by what is known of her, too', () => {
    const unless = { '$str::is': { field_id: 'str:cm:stage', value: 'Won' } };
    assert.equal(delay({ ...twoDays, unless }, moment({ fields: { 'str:cm:stage': 'Won' } })).do, 'go');
    assert.equal(delay({ ...twoDays, unless }, moment({ fields: { 'str:cm:stage': 'New' } })).do, 'wait');
  });

  test('of any length: asked at the moment it named, it lets go', () => {
    const parts = fc.record(
      { days: fc.nat(400), hours: fc.nat(50), minutes: fc.nat(90), seconds: fc.integer({ min: 1, max: 90 }) },
      { requiredKeys: ['seconds'] },
    );
    fc.assert(
      fc.property(parts, (length) => {
        const shape = { kind: 'delay', for: length, next: 'n' } as const;
        const first = delay(shape, moment({ now: entered }));
        assert.ok(first.do === 'wait' && first.until && first.until > entered);
        assert.equal(delay(shape, moment({ now: first.until })).do, 'go');
      }),
    );
  });
});
