import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { givePlaces, type PlaceAsked } from './give-places.ts';

const HOUR = 3_600_000;
const NOW = new Date('2026-03-02T08:00:00Z');
const ago = (hours: number): Date => new Date(NOW.getTime() - hours * HOUR);
const counted = (...hours: number[]) =>
  hours.map((h) => ({ personId: '1', channel: 'email' as const, countedAt: ago(h) }));
const ask = (id: string, messages: number, hours: number, more: Partial<PlaceAsked> = {}): PlaceAsked => ({
  id,
  personId: '1',
  channel: 'email',
  cap: { messages, hours },
  ...more,
});
const said = (asked: PlaceAsked[], taken = counted()) =>
  [...givePlaces(asked, taken, NOW).values()].map((place) =>
    place === 'given' ? 'given' : `${(place.freeAt.getTime() - NOW.getTime()) / HOUR} h`,
  );

describe('who gets a place under a cap', () => {
  test('whoever has had none, and then nobody until it is so long ago', () => {
    assert.deepEqual(said([ask('a', 1, 16)]), ['given']);
    assert.deepEqual(said([ask('a', 1, 16)], counted(1)), ['15 h']);
    assert.deepEqual(said([ask('a', 1, 16)], counted(16)), ['given'], 'sixteen hours ago is not within');
    assert.deepEqual(said([ask('a', 1, 16)], counted(15.5, 1, 20)), ['15 h'], 'the newest counts');
  });
  test('of several, as many as there is room for, the first first', () => {
    assert.deepEqual(said([ask('a', 1, 16), ask('b', 1, 16), ask('c', 1, 16)]), ['given', '16 h', '16 h']);
    assert.deepEqual(said([ask('a', 3, 24), ask('b', 3, 24), ask('c', 3, 24)], counted(5)), ['given', 'given', '19 h']);
  });
  test('people and channels by themselves', () => {
    assert.deepEqual(said([ask('a', 1, 16), ask('b', 1, 16, { personId: '2' })]), ['given', 'given']);
    assert.deepEqual(said([ask('a', 1, 16), ask('b', 1, 16, { channel: 'webhook' })]), ['given', 'given']);
  });
  test('each by its own cap', () => {
    assert.deepEqual(said([ask('a', 1, 1), ask('b', 1, 16), ask('c', 2, 16)], counted(2)), ['given', '16 h', '14 h']);
  });

  test('never more within any window than the cap has, and whoever waits till then gets one', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 30 }), (taken, most, hours) => {
        const before = counted(...taken);
        const within = (at: number, all: readonly { countedAt: Date }[]) =>
          all.filter(({ countedAt }) => countedAt.getTime() > at - hours * HOUR && countedAt.getTime() <= at).length;
        const [place] = givePlaces([ask('a', most, hours)], before, NOW).values();
        assert.equal(place === 'given', within(NOW.getTime(), before) < most);
        if (place === undefined || place === 'given') return;
        assert.ok(place.freeAt > NOW);
        assert.deepEqual([...givePlaces([ask('a', most, hours)], before, place.freeAt).values()], ['given']);
        const sooner = new Date(place.freeAt.getTime() - 1);
        assert.notDeepEqual([...givePlaces([ask('a', most, hours)], before, sooner).values()], ['given']);
      }),
    );
  });
});
