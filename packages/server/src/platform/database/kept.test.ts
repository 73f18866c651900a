import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKept } from './kept.ts';
import type { Queryable } from './pool.ts';

/** Answers with how often it was asked, once it is let. */
function source() {
  let asked = 0;
  let answer = (): void => undefined;
  const kept = createKept<number>(async () => {
    const nth = ++asked;
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return nth;
  });
  const get = () => kept.get({} as Queryable, 1);
  return { kept, get, answer: () => answer() };
}

test('what is read is kept, until it is forgotten', async () => {
  const { kept, get, answer } = source();
  for (const expected of [1, 2]) {
    const first = get();
    answer();
    assert.equal(await first, expected);
    assert.equal(await get(), expected);
    kept.forget();
  }
});

test('what was read before it was forgotten is not kept', async () => {
  const { kept, get, answer } = source();
  const before = get();
  kept.forget();
  answer();
  assert.equal(await before, 1);
  const after = get();
  answer();
  assert.equal(await after, 2);
});

test('nobody waits for another’s reading', async () => {
  const { get, answer } = source();
  void get();
  const second = get();
  answer();
  assert.equal(await second, 2);
});
