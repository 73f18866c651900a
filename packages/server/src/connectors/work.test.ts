import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Memory, Reading, Session } from '@tributary/connector-kit';
import { silent } from '../../test/support/database.ts';
import { openPeople } from '../../test/support/people.ts';
import { transaction } from '../platform/database/pool.ts';
import type { Connection } from './connections.ts';
import { leaveAccount } from './leave-account.ts';
import { recall } from './store/memory.sql.ts';
import { createTurns } from './work.ts';

let room: Awaited<ReturnType<typeof openPeople>>;
before(async () => {
  room = await openPeople();
});
after(() => room?.presence.close().then(room.t.close));

test('another account is connected while the one before is caught up with: nothing more of that one is kept', async () => {
  const { t, people, presence, clock, workspace } = room;
  const sealed = Buffer.from('of the first account');
  const { rows } = await t.db.query<{ id: number }>(
    `insert into connection (workspace_id, connector, settings, webhook_secret, state, created_at)
     values ($1, 'kommo', $2, 'secret', 'on', now()) returning id`,
    [workspace.id, sealed],
  );
  const id = rows[0]!.id;
  const readingOf = (name: string): Reading => ({
    items: [{ who: { by: ['str::email'] }, fields: { 'str::email': `${name}@example.com` }, source: 'Kommo' }],
    remember: [{ kind: 'account', key: 'self', value: { name } }],
  });
  async function* catchUp(_memory: Memory): AsyncGenerator<Reading> {
    yield readingOf('before');
    await transaction(t.db, async (tx) => {
      await tx.query('update connection set settings = $2 where id = $1', [id, Buffer.from('of another')]);
      await leaveAccount(tx, people, { id, workspaceId: workspace.id }, { why: 'another', now: clock.now() });
    });
    yield readingOf('after');
  }
  const session = { catchUp } as Partial<Session> as Session;
  const connector = { provides: { fields: [], activities: [] } } as Partial<Connection['connector']>;
  const connection = { id, workspaceId: workspace.id, session, connector, sealed } as Connection;
  const closing = new AbortController().signal;
  await createTurns({ db: t.db, people, presence, clock, log: silent, closing }, connection)();

  assert.ok(await people.findByEmail(t.db, workspace.id, 'before@example.com'));
  assert.equal(await people.findByEmail(t.db, workspace.id, 'after@example.com'), undefined);
  assert.deepEqual(await recall(t.db, id, 'account', ['self']), new Map());
});
