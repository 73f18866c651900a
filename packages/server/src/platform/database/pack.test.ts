import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { packIndexes } from './pack.ts';

describe('packing indexes', () => {
  let t: TestDatabase;

  before(async () => {
    t = await testDatabase();
    await t.db.query(`create table happened (person_id bigint, at timestamptz, name text, primary key (person_id, at))
      partition by range (at)`);
    await t.db.query(`create table happened_1 partition of happened for values from ('2026-01-01') to ('2027-01-01')`);
    await t.db.query('create index happened_by_name on happened (name, at)');
    await t.db.query(`insert into happened
      select n, '2026-02-01'::timestamptz + n * interval '1 minute', 'somebody ' || n from generate_series(1, 40000) n`);
    await t.db.query('delete from happened where person_id % 5 > 0');
    await t.db.query('vacuum (analyze) happened_1');
  });
  after(() => t.close());

  const sizes = async (): Promise<Record<string, number>> => {
    const { rows } = await t.db.query<{ name: string; bytes: number }>(
      `select indexrelname as name, pg_relation_size(indexrelid)::int as bytes from pg_stat_user_indexes
       where relname = 'happened_1' order by 1`,
    );
    return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes]));
  };
  const oids = async (): Promise<string> => {
    const { rows } = await t.db.query<{ oids: string }>(
      `select string_agg(pg_relation_filenode(indexrelid)::text, ' ' order by indexrelname) as oids
       from pg_stat_user_indexes where relname = 'happened_1'`,
    );
    return rows[0]!.oids;
  };

  test('leaves alone what is small', async () => {
    const was = await oids();
    await packIndexes(t.db, silent);
    assert.equal(await oids(), was);
  });

  test('builds anew what is mostly empty, and only once, while others write', async () => {
    const was = await sizes();
    const writes = Array.from({ length: 20 }, (_, i) =>
      t.db.query(`insert into happened values ($1, '2026-03-01', 'newcomer')`, [-1 - i]),
    );
    await Promise.all([packIndexes(t.db, silent, { least: 8192 }), ...writes]);
    const now = await sizes();
    assert.deepEqual(Object.keys(now), Object.keys(was));
    for (const [name, bytes] of Object.entries(now))
      assert.ok(bytes < was[name]! / 2, `${name}: ${was[name]} to ${bytes}`);
    const { rows } = await t.db.query(
      `select count(*)::int as all, (count(*) filter (where name = 'newcomer'))::int as new from happened`,
    );
    assert.deepEqual(rows, [{ all: 8020, new: 20 }]);
    const packed = await oids();
    await packIndexes(t.db, silent, { least: 8192 });
    assert.equal(await oids(), packed);
  });

  test('removes what an interrupted one has left behind, and nothing else that is not valid', async () => {
    for (const name of ['happened_1_pkey_ccnew', 'by_hand'])
      await t.db.query(`create index ${name} on happened_1 (name)`);
    await t.db.query(`update pg_index set indisvalid = false
      where indexrelid in ('happened_1_pkey_ccnew'::regclass, 'by_hand'::regclass)`);
    await packIndexes(t.db, silent);
    assert.deepEqual(
      Object.keys(await sizes()).filter((name) => /ccnew|by_hand/.test(name)),
      ['by_hand'],
    );
  });
});
