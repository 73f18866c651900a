import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { bigInt, assert as check, integer, nat, property, record, string, webUrl } from 'fast-check';
import { type Claim, proven, readToken, signToken } from './token.ts';

const secret = createSecretKey(randomBytes(32));
const read = (token: string, purpose: Claim['purpose'], by = secret): Claim | undefined => {
  const unproven = readToken(token, purpose);
  return unproven && proven(unproven, by);
};
const claims = record({
  workspaceId: integer({ min: 1, max: 2 ** 31 - 1 }),
  messageId: bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
  link: integer({ min: 0, max: 65_535 }),
  url: webUrl({ withQueryParameters: true, withFragments: true }),
}).map((parts): Claim => ({ purpose: 'click', ...parts }));

describe('the tokens in links', () => {
  test('say what was put into them', () => {
    check(property(claims, (claim) => assert.deepEqual(read(signToken(secret, claim), 'click'), claim)));
    for (const purpose of ['open', 'unsubscribe'] as const) {
      const claim: Claim = { purpose, workspaceId: 7, messageId: '3713819373568000001' };
      assert.deepEqual(read(signToken(secret, claim), purpose), claim);
      assert.ok(signToken(secret, claim).length < 48, 'short enough for a header');
    }
  });

  test('with one bit changed they are not ours', () => {
    check(
      property(claims, nat(), (claim, at) => {
        const bytes = Buffer.from(signToken(secret, claim), 'base64url');
        bytes[Math.floor(at / 8) % bytes.length]! ^= 1 << (at % 8);
        assert.equal(read(bytes.toString('base64url'), 'click'), undefined);
      }),
    );
  });

  test('another workspace’s secret does not prove them, and one purpose does not serve for another', () => {
    const token = signToken(secret, { purpose: 'open', workspaceId: 1, messageId: '5' });
    assert.equal(read(token, 'open', createSecretKey(randomBytes(32))), undefined);
    assert.equal(read(token, 'unsubscribe'), undefined);
    assert.equal(read(token, 'click'), undefined);
  });

  test('rubbish is no token', () => {
    check(property(string({ unit: 'binary' }), (text) => assert.equal(read(text, 'click'), undefined)));
    assert.equal(read('', 'open'), undefined);
  });
});
