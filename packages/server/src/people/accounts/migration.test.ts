import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseBefore } from '../../../test/support/database.ts';
import { movableClock } from '../../platform/clock.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { createPeople } from '../index.ts';
import { itemOf } from '../test/support.ts';

test('people and their fields from before there were accounts go on, and can be put into one', async (t) => {
  const database = await databaseBefore('accounts.sql');
  t.after(database.close);
  const { db } = database;
  await db.query(`
    insert into workspace (name, instance, secret, created_at) values ('Old', 'old', '\\x00', now());
    insert into field (workspace_id, id, name, display_type, is_key, created_at)
      select id, 'str:cm:number', 'Number', 'text', true, now() from workspace;
    insert into activity_definition (workspace_id, activity_id, name, built_in, touch, created_at, edited_at)
      select id, 'act:cm:called', 'Called', false, true, now(), now() from workspace;
    insert into person (id, workspace_id, fields, created_at, edited_at)
      select 3838383838383838, id, '{"str::email": "anna@example.com"}', now(), now() from workspace;
    insert into identity (workspace_id, field_id, value, person_id)
      select id, 'str::email', 'anna@example.com', 3838383838383838 from workspace;
    create table activity_2026_11 partition of activity for values from ('2026-11-01T00:00:00Z') to ('2026-12-01T00:00:00Z');
  `);

  await migrate(db);
  const people = createPeople({ db, clock: movableClock() });
  await people.preparePartitions();
  const { rows } = await db.query<{ id: number }>('select id from workspace');
  const ws = rows[0]!.id;
  const schema = await people.schema(db, ws);
  assert.equal(schema.fields.get('str:cm:number')?.isKey, true);
  const activity = { id: 'act:cm:called', attributes: {} };
  const anna = { 'str::email': 'anna@example.com', 'str:cm:number': '7' };
  assert.deepEqual(
    (await people.record(ws, [itemOf(anna, { activity })])).map((outcome) => outcome.status),
    ['merged'],
  );
  const acme = { who: { by: ['str:o:name'] }, fields: { 'str:o:name': 'Acme' }, source: 'Test' };
  const [made] = await people.accounts.record(ws, [acme]);
  assert.ok(made && 'accountId' in made);
  await people.accounts.members.add(ws, made.accountId, ['3838383838383838']);
  const [account] = await people.accounts.search.byIds(db, ws, [made.accountId]);
  assert.ok(account?.lastSeenAt);
});
