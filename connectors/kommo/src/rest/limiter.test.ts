import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { createLimiter } from './limiter.ts';

describe('the limit of seven requests a second', { concurrency: true }, () => {
  test('no second at Kommo sees more than seven, whatever the network does to them', async () => {
    const limiter = createLimiter();
    const arrived: number[] = [];
    const request = async () => {
      // Up to 120 ms on the way there, and as much on the way back.
      await pause(Math.random() * 120);
      arrived.push(performance.now());
      await pause(Math.random() * 120);
    };
    const started = performance.now();
    await Promise.all(Array.from({ length: 22 }, () => limiter.run('read', request)));
    arrived.sort((a, b) => a - b);
    for (const [i, moment] of arrived.entries()) {
      const inThatSecond = arrived.slice(i).filter((other) => other < moment + 1_000).length;
      assert.ok(inThatSecond <= 7, `${inThatSecond} requests arrived within a second`);
    }
    // Four rounds of seven and less: slower would mean that places stay empty.
    assert.ok(performance.now() - started < 8_000, `took ${performance.now() - started} ms`);
  });

  test('after quiet, three go at once', async () => {
    const limiter = createLimiter();
    const gone: number[] = [];
    const asked = Array.from({ length: 4 }, (_, i) => limiter.run('read', async () => void gone.push(i)));
    await setImmediate();
    assert.deepEqual(gone, [0, 1, 2]);
    await Promise.all(asked);
  });

  test('one who always has something to ask never waits for long', async () => {
    const limiter = createLimiter();
    const starts: number[] = [];
    for (let i = 0; i < 16; i++) await limiter.run('read', async () => void starts.push(performance.now()));
    const gaps = starts.slice(1).map((start, i) => Math.round(start - starts[i]!));
    // A seventh of a second, or a little more while three have just gone at once.
    assert.ok(Math.max(...gaps) < 800, gaps.join(', '));
    assert.ok(
      gaps.slice(-7).every((gap) => gap > 80),
      gaps.join(', '),
    );
  });

  test('ready waits as long as the next request would, and takes nobody’s place', async () => {
    const limiter = createLimiter();
    for (let i = 0; i < 7; i++) await limiter.ready();
    for (let i = 0; i < 3; i++) await limiter.run('read', async () => undefined);
    const started = performance.now();
    await limiter.ready();
    assert.ok(performance.now() - started > 100);
    const open = performance.now();
    await limiter.run('read', async () => undefined);
    assert.ok(performance.now() - open < 120);
  });

  test('once it is ready a request leaves at once, also while those that went together come round again', async () => {
    const limiter = createLimiter();
    await Promise.all(Array.from({ length: 3 }, () => limiter.run('read', () => pause(5))));
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      await limiter.ready();
      const ready = performance.now();
      await limiter.run('read', async () => void waits.push(Math.round(performance.now() - ready)));
    }
    // Asked once, and not again at the moment it named, the ninth was told so 50 to 100 ms too early.
    assert.ok(Math.max(...waits) < 30, waits.join(', '));
  });

  test('reads go ahead of writes that came before them, and a write is not kept waiting for ever', async () => {
    const limiter = createLimiter();
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const busy = Array.from({ length: 7 }, () => limiter.run('read', () => held));
    const order: string[] = [];
    const queued = [
      ...Array.from({ length: 2 }, (_, i) => limiter.run('write', async () => void order.push(`write ${i}`))),
      ...Array.from({ length: 8 }, (_, i) => limiter.run('read', async () => void order.push(`read ${i}`))),
    ];
    release?.();
    await Promise.all([...busy, ...queued]);
    assert.equal(order[0], 'read 0');
    assert.ok(order.indexOf('write 0') <= 6, order.join(', '));
    assert.ok(order.indexOf('read 4') < order.indexOf('write 1'), order.join(', '));
  });

  test('a request that fails gives its place back', async () => {
    const limiter = createLimiter();
    const failing = Array.from({ length: 8 }, () => limiter.run('write', () => Promise.reject(new Error('no'))));
    assert.equal((await Promise.allSettled(failing)).filter(({ status }) => status === 'rejected').length, 8);
  });
});
