import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createKnown, type Known } from './known.ts';

describe('what is known of the account', () => {
  let now: Date;
  let reads: number;
  let fails: boolean;
  let known: Known<number>;

  beforeEach(() => {
    now = new Date('2026-11-23T21:00:00Z');
    reads = 0;
    fails = false;
    known = createKnown(
      async () => {
        reads += 1;
        if (fails) throw new Error('Kommo is away');
        return reads;
      },
      () => now,
    );
  });
  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };

  test('is read once, by however many ask, until ten minutes are over', async () => {
    assert.deepEqual(await Promise.all([known.get(), known.get()]), [1, 1]);
    pass(599);
    assert.equal(await known.get(), 1);
    pass(2);
    assert.equal(await known.get(), 2);
  });

  test('is read again for what it lacks, at most once a minute', async () => {
    const lacksAll = () => true;
    assert.equal(await known.get(lacksAll), 1);
    pass(59);
    assert.equal(await known.get(lacksAll), 1);
    pass(2);
    assert.equal(await known.get(() => false), 1);
    assert.equal(await known.get(lacksAll), 2);
    assert.equal(await known.get(lacksAll), 2);
  });

  test('is read again when it was found outdated, and when reading it failed', async () => {
    await known.get();
    known.forget();
    assert.equal(await known.get(), 2);
    known.forget();
    fails = true;
    await assert.rejects(known.get(), /away/);
    fails = false;
    assert.equal(await known.get(), 4);
  });
});
