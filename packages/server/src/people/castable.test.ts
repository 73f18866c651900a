import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseBefore } from '../../test/support/database.ts';
import { movableClock } from '../platform/clock.ts';
import { migrate } from '../platform/database/migrate.ts';
import { createPeople } from './index.ts';

test('times that can not be, stored by an older version, are not set any more, and are searched and sorted by', async (t) => {
  const database = await databaseBefore('castable-times.sql');
  t.after(database.close);
  const { db } = database;
  await db.query(`
    insert into workspace (name, instance, secret, created_at) values ('Old', 'old', '\\x00', now());
    insert into field (workspace_id, id, name, display_type, created_at)
      select w.id, f.id, f.id, f.type, now() from workspace w,
      (values ('tme:cm:x', 'time'), ('dtz:cm:d', 'date')) f(id, type);
    insert into activity_definition (workspace_id, activity_id, name, built_in, touch, attributes, created_at, edited_at)
      select id, 'act:cm:called', 'Called', false, true,
             '[{"name": "Due", "field_id": "tme:cm:due", "display_type": "time"}]', now(), now() from workspace;
    insert into person (id, workspace_id, fields, created_at, edited_at)
      select p.id, w.id, p.fields::jsonb, now(), now() from workspace w, (values
        (3838383838383838, '{"str::first": "Zero", "tme:cm:x": "0000-12-31T23:00:00Z"}'),
        (3838383838383839, '{"str::first": "Far", "tme:cm:x": "+010000-01-01T23:58:59Z"}'),
        (3838383838383840, '{"str::first": "Date", "dtz:cm:d": {"year": 99999999999, "month": 1, "day": 1}}'),
        (3838383838383841, '{"str::first": "Right", "tme:cm:x": "2025-02-28T00:00:00Z", "dtz:cm:d": {"year": 1, "month": 1, "day": 1}}')
      ) p(id, fields);
    create table activity_2026_11 partition of activity for values from ('2026-11-01T00:00:00Z') to ('2026-12-01T00:00:00Z');
    insert into activity (person_id, occurred_at, id, workspace_id, definition_id, attributes)
      select 3838383838383838 + n, '2026-11-02T00:00:00Z', n, d.workspace_id, d.id, jsonb_build_object('tme:cm:due', due)
      from activity_definition d, (values (0, '2025-02-30T10:00:00Z'), (1, '2025-02-28T10:00:00+02:00')) a(n, due);
  `);

  await migrate(db);
  const people = createPeople({ db, clock: movableClock() });
  const { rows } = await db.query<{ id: number }>('select id from workspace');
  const stored = await db.query('select fields from person order by id');
  assert.deepEqual(
    stored.rows.map((row) => row.fields),
    [
      { 'str::first': 'Zero' },
      { 'str::first': 'Far' },
      { 'str::first': 'Date' },
      { 'str::first': 'Right', 'tme:cm:x': '2025-02-28T00:00:00Z', 'dtz:cm:d': { year: 1, month: 1, day: 1 } },
    ],
  );
  const names = async (searched: object): Promise<unknown[]> =>
    (await people.search.page(db, rows[0]!.id, { limit: 10, ...searched })).people.map((p) => p.fields['str::first']);
  assert.deepEqual(await names({ filter: { '$tme::absolute_on': { field_id: 'tme:cm:x', value: '2025-02-28' } } }), [
    'Right',
  ]);
  assert.deepEqual((await names({ sort: { fieldId: 'tme:cm:x', order: 'asc' } }))[0], 'Right');
  const due = { '$tme::absolute_on': { field_id: 'tme:cm:due', value: '2025-02-28' } };
  assert.deepEqual(await names({ filter: { '$act::has_occurred': { field_id: 'act:cm:called', filter: due } } }), [
    'Far',
  ]);
});
