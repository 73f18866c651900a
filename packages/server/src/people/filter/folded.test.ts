import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { folded } from '@tributary/model';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';

/** Unicode 17 has small letters for them, which PostgreSQL 18 does not know yet. */
const NEWER = /[\ua7ce\ua7d2\ua7d4]/;

let t: TestDatabase;
before(async () => {
  t = await testDatabase();
});
after(() => t.close());

test('a letter is the same small one here and in PostgreSQL, whatever stands beside it', async () => {
  const { rows } = await t.db.query<{ letter: string; small: string }>(
    `select chr(n) as letter, lower('a' || chr(n)) as small from generate_series(1, 65535) n
     where n not between 55296 and 57343`,
  );
  const other = rows.filter(({ letter, small }) => !NEWER.test(letter) && folded(`a${letter}`) !== small);
  assert.deepEqual(other, []);
});
