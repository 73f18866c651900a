import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseBefore } from '../../test/support/database.ts';
import { migrate } from '../platform/database/migrate.ts';
import { claimMessages } from './store/outbox.sql.ts';

const NOW = new Date('2026-11-02T08:00:00Z');

test('what was queued before there were rules goes without a cap; what is asked for since has the default', async (t) => {
  const { db, close } = await databaseBefore('-sending.sql');
  t.after(close);
  const insert = (id: number) =>
    db.query(
      `insert into message (id, workspace_id, person_id, channel, template_id, request_key, state, due_at, queued_at)
       select $1::bigint, w.id, 7, 'email', t.id, $1::text, 'queued', $2, $2 from workspace w, template t`,
      [id, NOW],
    );
  await db.query(`
    insert into workspace (name, instance, secret, created_at) values ('Old', 'old', '\\x00', now());
    insert into template (workspace_id, name, channel, content, created_at, edited_at)
      select id, 'Hello', 'email', '{"subject": "Hi", "html": "Hi"}', now(), now() from workspace`);
  await insert(1);
  await migrate(db);
  await insert(2);
  const claimed = await claimMessages(db, { process: 1, lane: 'mail', now: NOW, limit: 10, inHand: [] });
  assert.deepEqual(
    claimed.map(({ id, rules, defaults }) => [id, rules, defaults.cap]),
    [
      ['1', { cap: 'none' }, { messages: 1, hours: 16 }],
      ['2', {}, { messages: 1, hours: 16 }],
    ],
  );
});
