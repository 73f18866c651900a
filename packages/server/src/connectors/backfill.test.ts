import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Backfilled, Session } from '@tributary/connector-kit';
import { silent } from '../../test/support/database.ts';
import { openPeople } from '../../test/support/people.ts';
import { transaction } from '../platform/database/pool.ts';
import { askForBackfill, backfillOf, createBackfill } from './backfill.ts';
import type { Connection, Work } from './connections.ts';
import { leaveAccount } from './leave-account.ts';

let room: Awaited<ReturnType<typeof openPeople>>;
let id: number;

before(async () => {
  room = await openPeople();
  const { rows } = await room.t.db.query<{ id: number }>(
    `insert into connection (workspace_id, connector, settings, webhook_secret, state, created_at)
     values ($1, 'kommo', '', 'secret', 'on', now()) returning id`,
    [room.workspace.id],
  );
  id = rows[0]!.id;
});
after(() => room?.presence.close().then(room.t.close));

const ask = () => transaction(room.t.db, async (tx) => askForBackfill(tx, id, room.clock.now()));

/** Reads three pieces, of a person each; `meanwhile` happens while the second is on its way. Returns whence each was read. */
async function reads(name: string, meanwhile: () => Promise<unknown>): Promise<number[]> {
  const asked: number[] = [];
  const backfill = async (from: Readonly<Record<string, unknown>> | undefined): Promise<Backfilled> => {
    const at = Number(from?.at ?? 0);
    asked.push(at);
    if (asked.length === 2) await meanwhile();
    const person = { 'str::email': `${name}${at}@example.com` };
    const items = [{ who: { by: ['str::email'] }, fields: person, source: 'Kommo' }];
    const told = `${at + 1} contacts`;
    return { reading: { items, remember: [] }, next: at < 2 ? { at: at + 1 } : undefined, told };
  };
  const session = { backfill } as Partial<Session> as Session;
  const connector = { provides: { fields: [], activities: [] } } as Partial<Connection['connector']>;
  const connection = { id, workspaceId: room.workspace.id, session, connector } as Connection;
  const { t, people, presence, clock } = room;
  const piece = createBackfill(
    { db: t.db, people, presence, clock, log: silent, closing: new AbortController().signal } satisfies Work,
    connection,
  );
  await ask();
  for (let i = 0; i < 6; i++) {
    await piece();
    clock.advance(2_000);
  }
  return asked;
}

test('asked for again while a piece is read, it begins anew, and that piece does not count', async () => {
  assert.deepEqual(await reads('again', ask), [0, 1, 0, 1, 2]);
  assert.deepEqual(await backfillOf(room.t.db, id), { state: 'done', told: '3 contacts' });
});

test('another account is connected while a piece is read: nothing of that piece is kept, and nobody asked for more', async () => {
  const { t, people, clock, workspace } = room;
  const asked = await reads('left', () =>
    transaction(t.db, (tx) =>
      leaveAccount(tx, people, { id, workspaceId: workspace.id }, { why: 'another', now: clock.now() }),
    ),
  );
  assert.deepEqual(asked, [0, 1]);
  assert.equal(await backfillOf(t.db, id), undefined);
  assert.equal(await people.findByEmail(t.db, workspace.id, 'left1@example.com'), undefined);
});
