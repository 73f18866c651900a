import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type IdKind, idAt, internalId, NO_ID, objectId, objectNumber, publicId, spelledId } from './ids.ts';

const kinds: IdKind[] = ['person', 'account', 'activity', 'run', 'message'];
const kind = fc.constantFrom(...kinds);
/** Whole seconds that fit 32 bits: until the year 2106. */
const second = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const sequence = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const at = (seconds: number): Date => new Date(seconds * 1000);

describe('ids', () => {
  test('a person reads as Ortto writes one: kind, seconds, six bytes, one byte', () => {
    // The moment of a person recorded from Ortto, 006913c5b70abf827f703c00.
    const id = idAt(new Date('2025-11-11T23:24:39.999Z'), 0x1234n);
    assert.equal(id, '3785806394154816052');
    assert.equal(publicId(id), '006913c5b700000000123400');
    assert.equal(publicId(id, 'account'), '106913c5b700000000123400');
    assert.equal(publicId(id, 'run'), '106913c5b700000000123400');
    assert.equal(publicId(id, 'message'), '506913c5b700000000123400');
  });

  test('what is shown outside leads back to the same person', () => {
    fc.assert(
      fc.property(second, sequence, kind, (seconds, number, of) => {
        const id = idAt(at(seconds), BigInt(number));
        const outside = publicId(id, of);
        assert.match(outside, /^[0-9a-f]{24}$/);
        assert.equal(internalId(outside, of), id);
        assert.ok(BigInt(id) < 2n ** 63n, 'it fits a bigint column');
      }),
    );
  });

  test('who came later has the greater id, inside and outside, and so has the next of the same second', () => {
    fc.assert(
      fc.property(second, second, sequence, sequence, (a, b, m, n) => {
        const [x, y] = [idAt(at(a), BigInt(m)), idAt(at(b), BigInt(n))];
        const earlier = a < b || (a === b && m < n);
        assert.equal(BigInt(x) < BigInt(y), earlier);
        assert.equal(publicId(x) < publicId(y), earlier);
      }),
    );
  });

  test('a sequence that has run past 31 bits does not reach into the seconds', () => {
    assert.equal(idAt(at(8), 2n ** 31n), idAt(at(8), 0n));
    assert.equal(idAt(at(8), 2n ** 31n + 5n), idAt(at(8), 5n));
  });

  test('one in capitals is the same, of people as of what is numbered', () => {
    const person = '006913c5b700000000123400';
    assert.equal(internalId(person.toUpperCase()), internalId(person));
    const audience = objectId(at(0x6b_08_bf_e8), 0xab);
    assert.equal(objectNumber(audience.toUpperCase()), 0xab);
    assert.equal(spelledId(audience.toUpperCase()), audience);
    assert.deepEqual(
      [objectNumber('VIP'), spelledId('VIP'), objectNumber('0'.repeat(24))],
      [undefined, 'VIP', undefined],
    );
  });

  test('what is no person of ours is told from one', () => {
    const person = '006913c5b700000000123400';
    for (const outside of [
      '006913c5b70abf827f703c00', // Ortto's own: more than 31 bits of sequence
      person.slice(0, -2),
      person.toUpperCase().replace('00', '0G'),
      `${person}00`,
      `10${person.slice(2)}`,
      `${person.slice(0, -2)}01`,
      '',
    ]) {
      assert.equal(internalId(outside), undefined, outside);
    }
  });

  test('"no id" is twenty-four zeros', () => {
    assert.equal(NO_ID, '000000000000000000000000');
  });

  test('a journey is named like an ObjectId: seconds first, then its number', () => {
    assert.equal(objectId(new Date('2025-11-11T23:24:39Z'), 258), '6913c5b70000000000000102');
    assert.ok(objectId(at(1), 9) < objectId(at(2), 1));
    assert.ok(objectId(at(1), 9) < objectId(at(1), 10));
  });
});
