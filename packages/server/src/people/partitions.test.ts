import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { silent, type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { openPool, type Tx, transaction } from '../platform/database/pool.ts';
import { createPartitions } from './partitions.ts';
import { insertActivities } from './store/activity.sql.ts';

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.close());

const march = new Date('2026-03-05T10:00:00Z');
const april = new Date('2026-04-05T10:00:00Z');
const may = new Date('2026-05-05T10:00:00Z');

const insert = (tx: Tx, id: string, occurredAt: Date) =>
  insertActivities(tx, { workspaceId: 1 }, [
    { id, personId: '1', definitionId: 1, occurredAt, source: 'Test', key: undefined, attributes: {} },
  ]);

test('a transaction that has read and written activities gets a new month while others do the same', async () => {
  const { db } = database;
  const partitions = createPartitions(db);
  await partitions.prepare(march, 0, 0);
  const other = await db.connect();
  try {
    await other.query('begin');
    await other.query('select count(*) from activity');
    await transaction(db, async (tx) => {
      // Nobody waits for anybody for ever: not the database's doing, where one of the two who wait is us.
      await tx.query(`set local lock_timeout = '10s'`);
      await insert(tx, '1', march);
      await partitions.ensure(tx, [march, april, may]);
      await insert(tx, '2', april);
      await insert(tx, '3', may);
    });
    await other.query('commit');
  } finally {
    other.release();
  }
  const { rows } = await db.query('select id from activity order by id');
  assert.deepEqual(
    rows.map((row) => row.id),
    ['1', '2', '3'],
  );
});

test('twenty who need a month at once make it once', async () => {
  const twenty = Array.from({ length: 20 }, () => createPartitions(database.db));
  await Promise.all(twenty.map((partitions) => partitions.prepare(new Date('2027-01-15T00:00:00Z'), 1, 1)));
  const { rows } = await database.db.query<{ n: number }>(
    `select count(*)::int as n from pg_inherits where inhparent = 'activity'::regclass`,
  );
  assert.equal(rows[0]!.n, 6);
});

test('a month is made while every connection is at work, and waits for this one', async () => {
  const db = openPool(database.connection, silent, 1);
  const partitions = createPartitions(db);
  await transaction(db, (tx) => partitions.ensure(tx, [new Date('2028-06-15T00:00:00Z')]));
  await db.end();
});
