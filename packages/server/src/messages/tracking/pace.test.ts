import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';
import type { Touch } from './record.ts';

let touches = 0;
const touch = (did: 'open' | 'click', ms: number, link?: number, more: Partial<Touch> = {}): Touch => ({
  id: `t${++touches}`,
  did,
  workspaceId: 1,
  messageId: '7',
  at: new Date(1_800_000_000_000 + ms),
  method: 'GET',
  userAgent: 'Chrome',
  purpose: undefined,
  ...(link === undefined ? {} : { link }),
  ...more,
});

/** Which of these are too fast for a person, looked at after all of them. */
const hurried = (...all: Touch[]): boolean[] => {
  const pace = createPace();
  for (const one of all) pace.note(one);
  return all.map((one) => pace.hurried(one));
};

test('whoever follows every link at once is a machine, from the first one on, and so is its opening', () => {
  assert.deepEqual(hurried(touch('open', 0), touch('click', 100, 1), touch('click', 150, 2), touch('click', 650, 3)), [
    true,
    true,
    true,
    true,
  ]);
});

test('a person is not: one link twice, another one later, another mail, another browser, an opening without clicks', () => {
  assert.deepEqual(hurried(touch('click', 0, 1), touch('click', 200, 1)), [false, false]);
  assert.deepEqual(hurried(touch('click', 0, 1), touch('click', 600, 2)), [false, false]);
  assert.deepEqual(hurried(touch('click', 0, 1), touch('click', 10, 2, { messageId: '8' })), [false, false]);
  assert.deepEqual(hurried(touch('click', 0, 1), touch('click', 10, 2, { userAgent: 'Firefox' })), [false, false]);
  assert.deepEqual(hurried(touch('open', 0), touch('click', 100, 1)), [false, false]);
  assert.deepEqual(hurried(touch('open', 0), touch('click', 5000, 1), touch('click', 5010, 2)), [false, true, true]);
});

test('it is forgotten after some seconds', () => {
  const pace = createPace();
  const early = touch('click', 0, 1);
  pace.note(early);
  pace.note(touch('click', 10, 2));
  pace.note(touch('click', 7000, 1, { messageId: '8' }));
  assert.equal(pace.hurried(early), false);
});
