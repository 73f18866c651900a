import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nextOf, pauseAfter, unread } from './place.ts';

describe('how far a mailbox is read', () => {
  const readAt = new Date('2026-11-03T10:00:00Z');
  const place = { uidValidity: 7, lastUid: 40, readAt };

  test('a mailbox that was never read begins at now', () => {
    assert.deepEqual(nextOf(undefined, { uidValidity: 7, uidNext: 101 }), { do: 'begin', after: 100 });
  });

  test('one that was goes on', () => {
    assert.deepEqual(nextOf(place, { uidValidity: 7, uidNext: 101 }), { do: 'go on', after: 40 });
  });

  test('one that was numbered anew is looked through from the day before', () => {
    const since = new Date('2026-11-02T10:00:00Z');
    assert.deepEqual(nextOf(place, { uidValidity: 8, uidNext: 3 }), { do: 'look back', since });
  });

  test('the last mail, which servers name where there is no newer one, is not read again', () => {
    assert.deepEqual(unread([40], 40), []);
    assert.deepEqual(unread([43, 41, 43], 40), [41, 43]);
  });

  test('pauses grow to five minutes', () => {
    assert.deepEqual([1, 2, 3, 9, 99].map(pauseAfter), [2000, 4000, 8000, 300_000, 300_000]);
  });
});
