import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { durationFrom, durationInWords } from './duration.ts';
import { type ScriptEvent, scriptEvent, scriptFrom } from './script.ts';

const DAY = 24 * 3600_000;
const nothing = { set: {}, clear: [], add: [], remove: [], after: 0 };
const seen = { 'bol::m': false };

const read = (event: unknown): ScriptEvent => scriptFrom([scriptEvent.parse(event)])[0]!;

const table: [written: unknown, event: Partial<ScriptEvent>][] = [
  [
    'opens first-call after 1 day',
    { label: 'opens first-call', shape: 'first-call', after: DAY, activity: { id: 'act::o', attributes: seen } },
  ],
  [
    'opens first-call',
    { label: 'opens first-call', shape: 'first-call', activity: { id: 'act::o', attributes: seen } },
  ],
  [
    'clicks first-call https://example.com/a?b=c after 2 hours 30 minutes',
    {
      label: 'clicks first-call https://example.com/a?b=c',
      shape: 'first-call',
      after: 2.5 * 3600_000,
      activity: { id: 'act::c', attributes: { ...seen, 'str::c': 'https://example.com/a?b=c' } },
    },
  ],
  ['replies to first-call', { shape: 'first-call', activity: { id: 'act::re', attributes: {} } }],
  [
    'does act:cm:crm-stage-changed str:cm:stage="Closed - won" int:cm:price=12 bol:cm:x=yes after 3d',
    {
      after: 3 * DAY,
      activity: {
        id: 'act:cm:crm-stage-changed',
        attributes: { 'str:cm:stage': 'Closed - won', 'int:cm:price': 12, 'bol:cm:x': true },
      },
    },
  ],
  [
    'unsubscribes after 3 days',
    {
      after: 3 * DAY,
      set: { 'bol::p': false },
      activity: { id: 'act::u-all', attributes: { 'str::is': 'Email', 'str::u-ctx': 'Simulated' } },
    },
  ],
  ['unsubscribes from case-study', { shape: 'case-study', set: { 'bol::p': false } }],
  [
    'sets dtz:cm:renewal=2026-12-01 after 1 week',
    { after: 7 * DAY, set: { 'dtz:cm:renewal': { year: 2026, month: 12, day: 1, timezone: 'UTC' } } },
  ],
  ['gets the tag VIP after 10s', { add: ['VIP'], after: 10_000 }],
  ['gets the tag looked after', { add: ['looked after'] }],
  ['loses the tag "A b"', { remove: ['A b'] }],
  [
    { after: { days: 1 }, activity: 'act::o', shape: 'first-call' },
    { label: 'act::o of first-call', after: DAY, shape: 'first-call', activity: { id: 'act::o', attributes: {} } },
  ],
  [
    { after: '2 days', set: { 'str:cm:x': 'y' } },
    { label: 'sets str:cm:x', after: 2 * DAY, set: { 'str:cm:x': 'y' } },
  ],
  [
    { at: '2026-03-04T08:00:00Z', unsubscribes: true },
    { label: 'unsubscribes', at: new Date('2026-03-04T08:00:00Z'), set: { 'bol::p': false } },
  ],
  [
    { tag: ['A'], untag: ['B'], clear: ['str:cm:x'] },
    { add: ['A'], remove: ['B'], clear: ['str:cm:x'] },
  ],
];

describe('what a script says', () => {
  for (const [written, expected] of table) {
    test(JSON.stringify(written), () => {
      const event = read(written);
      for (const [key, value] of Object.entries({ ...nothing, ...expected })) {
        assert.deepEqual(event[key as keyof ScriptEvent], value, key);
      }
    });
  }

  const wrong: [unknown, RegExp][] = [
    ['opens', /can not be understood: write it like "opens SHAPE after 1 day"/],
    ['opens first-call after lunch', /can not be understood/],
    ['opens first-call https://example.com', /can not be understood/],
    ['does act:cm:x stage', /can not be understood/],
    ['sets nothing', /can not be understood/],
    [{ after: { days: 1 } }, /nothing happens: it has "activity", "set"/],
    [{ after: { days: 1 }, at: '2026-03-04T08:00:00Z', unsubscribes: true }, /"at" or "after", not both/],
    [{ activity: 'act::o', unsubscribes: true }, /"activity" or "unsubscribes", not both/],
  ];
  for (const [written, expected] of wrong) {
    test(`${JSON.stringify(written)} is refused, and says where and why`, () => {
      assert.throws(() => read(written), {
        code: 'simulation_wrong',
        message: new RegExp(`events\\[0\\]: .*${expected.source}`),
      });
    });
  }
});

test('durations are read and told in words', () => {
  const times: [string, number | undefined, string?][] = [
    ['1 day', DAY, '1 day'],
    ['2 hours and 30 minutes', 9_000_000, '2 hours 30 minutes'],
    ['1w', 7 * DAY, '7 days'],
    ['90s', 90_000, '1 minute 30 seconds'],
    ['1.5 days', 1.5 * DAY, '1 day 12 hours'],
    ['0 seconds', 0, 'at once'],
    ['day', undefined],
    ['1 fortnight', undefined],
    ['', undefined],
  ];
  for (const [text, ms, words] of times) {
    assert.equal(durationFrom(text), ms, text);
    if (words !== undefined) assert.equal(durationInWords(ms!), words);
  }
});
