import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { databaseBefore } from '../../test/support/database.ts';
import { movableClock } from '../platform/clock.ts';
import { migrate } from '../platform/database/migrate.ts';
import { createPeople } from './index.ts';
import { idOf, itemOf, openRoom, type Room } from './test/support.ts';

const EMAIL = 'str::email';
const SECOND = 'str:cm:second-mail';
const LOGIN = 'str:cm:login';

describe('an e-mail address in a custom field', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
    await room.people.addField(room.ws, { name: 'Second mail', type: 'email' });
    await room.people.addField(room.ws, { name: 'Login', type: 'text' });
  });
  after(() => room.close());

  const bySecond = { who: { by: [SECOND] } };
  const either = { who: { by: [EMAIL], alternatives: { [EMAIL]: [SECOND] } } };

  test('finds its person however it is spelled, those recorded before it was a key too', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com', [SECOND]: 'Anna.P@Work.example' }));
    const found = await room.merge({ [SECOND]: 'anna.p@work.EXAMPLE' }, bySecond);
    assert.deepEqual([found.status, idOf(found)], ['merged', anna]);
    const ben = idOf(await room.merge({ [EMAIL]: 'ben@example.com', [SECOND]: 'Ben@Work.example' }));
    for (const spelled of ['ben@work.example', 'BEN@work.example'])
      assert.equal(idOf(await room.merge({ [EMAIL]: spelled }, { ...either, strategy: 3 })), ben);
    assert.equal((await room.fieldsOf(ben))[SECOND], 'Ben@Work.example', 'it is kept as given');
    const [one, two] = ['Cara@Work.example', 'cara@work.example'].map((value) => itemOf({ [SECOND]: value }, bySecond));
    const statuses = (await room.people.record(room.ws, [one!, two!])).map(({ status }) => status);
    assert.deepEqual(statuses, ['created', 'merged']);
  });

  test('of two who have it, spelled otherwise, the first keeps it as key', async () => {
    await room.people.ensureKeys(room.ws, [SECOND]);
    const dan = idOf(await room.merge({ [EMAIL]: 'dan@example.com', [SECOND]: 'Dan@Work.example' }));
    await room.merge({ [EMAIL]: 'other@example.com', [SECOND]: 'dan@work.example' });
    assert.equal(idOf(await room.merge({ [SECOND]: 'DAN@work.example' }, bySecond)), dan);
    await room.merge({ [EMAIL]: 'dan@example.com', [SECOND]: null });
    assert.equal((await room.keys())[`${SECOND} dan@work.example`], undefined);
  });

  test('in a field of text stays what it is: one spelling is one key', async () => {
    const eve = idOf(await room.merge({ [EMAIL]: 'eve@example.com', [LOGIN]: 'Eve@Work.example' }));
    const byLogin = { who: { by: [LOGIN] } };
    assert.equal(idOf(await room.merge({ [LOGIN]: 'Eve@Work.example' }, byLogin)), eve);
    assert.notEqual(idOf(await room.merge({ [LOGIN]: 'eve@work.example' }, byLogin)), eve);
  });
});

test('keys from before addresses in custom fields were folded are folded, and of two the first keeps it', async (t) => {
  const database = await databaseBefore('address-keys.sql');
  t.after(database.close);
  const { db } = database;
  await db.query(`
    insert into workspace (name, instance, secret, created_at) values ('Old', 'old', '\\x00', now());
    insert into field (workspace_id, id, name, display_type, is_key, created_at)
      select w.id, f.id, f.id, f.type, true, now()
      from workspace w, (values ('${SECOND}', 'email'), ('${LOGIN}', 'text')) as f(id, type);
    insert into person (id, workspace_id, fields, created_at, edited_at, archived_at)
      select p.id, w.id, jsonb_build_object('${SECOND}', p.value, '${LOGIN}', p.value), now(), now(), p.archived
      from workspace w,
           (values (1, 'Anna@Work.example', null), (2, 'anna@work.example', null), (3, 'ANNA@work.example', null),
                   (4, 'Ben@Work.example', null), (5, 'Cara@Work.example', now())) as p(id, value, archived);
    insert into identity (workspace_id, field_id, value, person_id)
      select workspace_id, f.id, fields->>f.id, person.id
      from person, (values ('${SECOND}'), ('${LOGIN}')) as f(id) where archived_at is null;
    insert into person_parked_key (workspace_id, person_id, field_id, value)
      select workspace_id, id, '${SECOND}', 'Cara@Work.example' from person where id = 5;
    insert into person_merge (id, workspace_id, survivor_id, absorbed_id, reason, asked_by, merged_at)
      select 9, id, 4, 8, 'by hand', 'a test', now() from workspace;
    insert into person_merge_snapshot (merge_id, merged_at, survivor_before, absorbed, key_fields, key_values)
      values (9, now(), '{}', '{}', '{${LOGIN},${SECOND}}', '{B@Old.example,B@Old.example}');
  `);
  await migrate(db);
  const { rows } = await db.query<{ key: string; id: string }>(
    `select value as key, person_id as id from identity where field_id = '${SECOND}' order by value`,
  );
  assert.deepEqual(rows, [
    { key: 'anna@work.example', id: '1' },
    { key: 'ben@work.example', id: '4' },
  ]);
  const texts = await db.query(`select from identity where field_id = '${LOGIN}' and value <> lower(value)`);
  assert.equal(texts.rowCount, 3);
  const snapshot = await db.query('select key_values from person_merge_snapshot');
  assert.deepEqual(snapshot.rows[0].key_values, ['B@Old.example', 'b@old.example']);
  const people = createPeople({ db, clock: movableClock() });
  await people.preparePartitions();
  const [{ id: ws }] = (await db.query('select id from workspace')).rows;
  await people.lifecycle.change(ws, 'restore', { ids: ['5'] }, 'API');
  const asked = ['BEN@work.example', 'CARA@work.example'].map((value) =>
    itemOf({ [SECOND]: value }, { who: { by: [SECOND] } }),
  );
  assert.deepEqual((await people.record(ws, asked)).map(idOf), ['4', '5']);
});
