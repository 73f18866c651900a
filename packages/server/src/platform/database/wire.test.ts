import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { type Db, openPool, transaction } from './pool.ts';

/** PostgreSQL has no U+0000, and no half of a pair. */
const text = fc.string({ unit: 'grapheme' }).map((some) => some.replaceAll('\0', ''));
const odd = fc.constantFrom('', 'NULL', 'null', '"', '\\', '\\"', '{', '}', ',', ' ', '\n', "'", '{"a": "\\"b\\\\"}');
const strings = fc.array(fc.option(fc.oneof(text, odd), { nil: null }));
const moments = fc.array(
  fc.option(
    fc.date({ noInvalidDate: true, min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') }),
    {
      nil: null,
    },
  ),
);

describe('what goes over the wire', () => {
  let t: TestDatabase;
  let db: Db;

  before(async () => {
    t = await testDatabase();
    db = openPool(t.connection, silent, 2);
  });
  after(async () => {
    await db.end();
    await t.close();
  });

  /** What PostgreSQL has been told, in a transaction, a row each. */
  const told = async (type: string, list: readonly unknown[]): Promise<unknown[]> => {
    const ask = {
      text: `select u.value from unnest($1::${type}[]) with ordinality u(value, place) order by place`,
      values: [list],
    };
    return (await transaction(db, (tx) => tx.query<{ value: unknown }>(ask))).rows.map(({ value }) => value);
  };

  test('a list comes back as it was, whatever is in it', async () => {
    await fc.assert(fc.asyncProperty(strings, async (list) => assert.deepEqual(await told('text', list), list)));
    const objects = fc.array(fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown));
    await fc.assert(
      fc.asyncProperty(objects, async (list) => {
        const holding = list.map((value) => ({ value: JSON.stringify(value)?.includes('\\u0000') ? null : value }));
        assert.deepEqual(
          await told(
            'jsonb',
            holding.map((each) => JSON.stringify(each)),
          ),
          holding,
        );
        assert.deepEqual(await told('jsonb', holding), holding, 'also where it is left to pg');
      }),
    );
    assert.deepEqual(await told('int', [1, null, -3, undefined]), [1, null, -3, null]);
    assert.deepEqual(await told('float8', [1.5, 1e-7, 1e21, Number.NaN]), [1.5, 1e-7, 1e21, Number.NaN]);
    assert.deepEqual(await told('boolean', [true, false, null]), [true, false, null]);
    assert.deepEqual(await told('bytea', [Buffer.from('a')]), [Buffer.from('a')]);
    assert.deepEqual(await told('text', []), []);
  });

  test('moments come back to the millisecond, however far away and whatever the session’s time zone', async () => {
    await fc.assert(
      fc.asyncProperty(moments, fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'), async (list, zone) => {
        const ask = `select u.value from unnest($1::timestamptz[]) with ordinality u(value, place) order by place`;
        const { rows } = await transaction(db, async (tx) => {
          await tx.query(`set local time zone '${zone}'`);
          return tx.query<{ value: Date | null }>(ask, [list]);
        });
        assert.deepEqual(
          rows.map(({ value }) => value?.getTime() ?? null),
          list.map((at) => at?.getTime() ?? null),
        );
      }),
    );
    const far = [new Date(Date.UTC(12_026, 0, 2)), new Date(-62_198_755_200_000)];
    assert.deepEqual(await told('timestamptz', far), far);
    const { rows } = await db.query(
      `select 'infinity'::timestamptz as never, '2026-11-26 09:30:00.123456Z'::timestamptz as at`,
    );
    assert.deepEqual(rows, [{ never: Number.POSITIVE_INFINITY, at: new Date('2026-11-26T09:30:00.123Z') }]);
  });

  test('the same moment object, set to another time, is written as what it is', async () => {
    const moment = new Date('2026-11-26T09:30:00Z');
    await told('timestamptz', [moment]);
    moment.setUTCFullYear(2027);
    assert.deepEqual(await told('timestamptz', [moment]), [new Date('2027-11-26T09:30:00Z')]);
  });
});
