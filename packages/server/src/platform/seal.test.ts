import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { seal, unseal } from './seal.ts';

const secret = randomBytes(32);

test('what is sealed can be read with the same secret, for the same purpose', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, purpose) => {
      assert.equal(unseal(secret, purpose, seal(secret, purpose, text)), text);
    }),
  );
});

test('not with another secret, nor for another purpose', () => {
  const sealed = seal(secret, 'connection', 'token');
  assert.throws(() => unseal(randomBytes(32), 'connection', sealed));
  assert.throws(() => unseal(secret, 'links', sealed));
});

test('not when one bit of it was changed, or some of it is missing', () => {
  const sealed = seal(secret, 'connection', 'a token of some length');
  for (let byte = 0; byte < sealed.length; byte++) {
    const changed = Buffer.from(sealed);
    changed[byte]! ^= 1;
    assert.throws(() => unseal(secret, 'connection', changed), `byte ${byte}`);
    assert.throws(() => unseal(secret, 'connection', sealed.subarray(0, byte)), `cut at ${byte}`);
  }
});

test('the same token sealed twice does not look the same, and nothing of it shows', () => {
  const [first, second] = [seal(secret, 'connection', 'token'), seal(secret, 'connection', 'token')];
  assert.notDeepEqual(first, second);
  assert.equal(first.includes('token'), false);
});
