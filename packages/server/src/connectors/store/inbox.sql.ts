import { type Db, type Queryable, send, type Tx } from '../../platform/database/pool.ts';
import { notify } from '../../platform/presence.ts';

export interface NewHook {
  connectionId: number;
  receivedAt: Date;
  contentType: string;
  body: string;
}

/** Keeps hooks and signals that there are some: one statement and its own transaction, for somebody waits for the answer. */
export async function insertHooks(db: Db, hooks: readonly NewHook[]): Promise<void> {
  await db.query({
    name: 'inbox.insert',
    text: `with hooks as (
             insert into connector_inbox (connection_id, received_at, content_type, body)
             select * from unnest($2::int[], $3::timestamptz[], $4::text[], $5::text[])
           ) ${signal.text}`,
    values: [
      ...signal.values,
      hooks.map((hook) => hook.connectionId),
      hooks.map((hook) => hook.receivedAt),
      hooks.map((hook) => hook.contentType),
      hooks.map((hook) => hook.body),
    ],
  });
}

const signal = notify('connection');

export interface HookRow {
  id: string;
  contentType: string;
  body: string;
}

export async function listHooks(db: Queryable, connectionId: number, limit: number): Promise<HookRow[]> {
  const { rows } = await db.query<HookRow>({
    name: 'inbox.list',
    text: `select id, content_type as "contentType", body from connector_inbox
           where connection_id = $1 and error is null order by id limit $2`,
    values: [connectionId, limit],
  });
  return rows;
}

/** Takes hooks off the inbox. Returns how many were still there. */
export async function deleteHooks(tx: Tx, ids: readonly string[]): Promise<number> {
  const { rowCount } = await tx.query('delete from connector_inbox where id = any($1::bigint[])', [ids]);
  return rowCount ?? 0;
}

/** Takes every hook off the inbox. */
export function deleteAllHooks(tx: Tx, connectionId: number): void {
  send(tx, { text: 'delete from connector_inbox where connection_id = $1', values: [connectionId] });
}

/** Keeps why something that was read can not be recorded, for a person to see: not what it was, which is somebody's. */
export function insertUnrecorded(tx: Tx, connectionId: number, problems: readonly string[], now: Date): void {
  if (problems.length === 0) return;
  send(tx, {
    text: `insert into connector_inbox (connection_id, received_at, content_type, body, error)
           select $1, $2, '', '', unnest($3::text[])`,
    values: [connectionId, now, problems],
  });
}

/** Keeps a hook that can not be read, for a person to see. */
export async function updateHookError(db: Queryable, id: string, error: string): Promise<void> {
  await db.query('update connector_inbox set error = $2 where id = $1', [id, error]);
}
