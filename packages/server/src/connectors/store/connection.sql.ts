import type { Queryable, Tx } from '../../platform/database/pool.ts';

export interface ConnectionRow {
  id: number;
  workspaceId: number;
  connector: string;
  /** Encrypted. */
  settings: Buffer;
  webhookSecret: string;
  state: 'on' | 'needs_reconnect';
  note: string | null;
  account: ConnectedAccount | null;
}

/** The account over there, as it was when last looked at. */
export interface ConnectedAccount {
  id: string;
  name: string;
  /** What somebody has to put right in it, in words. */
  lacking: readonly string[];
}

const columns = `id, workspace_id as "workspaceId", connector, settings, webhook_secret as "webhookSecret", state, note, account`;

export async function listConnections(db: Queryable): Promise<ConnectionRow[]> {
  const { rows } = await db.query<ConnectionRow>(`select ${columns} from connection order by id`);
  return rows;
}

/** Adds the workspace's connection to that system, or gives the one that is there these settings and this secret. */
export async function upsertConnection(
  db: Queryable,
  connection: { workspaceId: number; connector: string; settings: Buffer; webhookSecret: string },
  now: Date,
): Promise<ConnectionRow> {
  const { rows } = await db.query<ConnectionRow>(
    `insert into connection (workspace_id, connector, settings, webhook_secret, state, created_at)
     values ($1, $2, $3, $4, 'on', $5)
     on conflict (workspace_id, connector) do update set settings = $3, webhook_secret = $4, state = 'on', note = null
     returning ${columns}`,
    [connection.workspaceId, connection.connector, connection.settings, connection.webhookSecret, now],
  );
  return rows[0]!;
}

/** Whether the connection has these settings still. */
export async function findSettings(tx: Tx, id: number, settings: Buffer): Promise<boolean> {
  const { rowCount } = await tx.query('select from connection where id = $1 and settings = $2', [id, settings]);
  return rowCount === 1;
}

/** Ends a connection, with all that is kept for it. */
export async function deleteConnection(tx: Tx, id: number): Promise<void> {
  for (const table of ['connector_inbox', 'connector_outbox', 'connector_memory'])
    await tx.query(`delete from ${table} where connection_id = $1`, [id]);
  await tx.query('delete from connection where id = $1', [id]);
}

export async function updateConnectionState(
  db: Queryable,
  id: number,
  state: ConnectionRow['state'],
  note: string | null,
): Promise<void> {
  await db.query(
    'update connection set state = $2, note = $3 where id = $1 and (state, note) is distinct from ($2, $3)',
    [id, state, note],
  );
}

/** What somebody has to put right in the account, of which nothing else is known now. */
export async function updateConnectionLacking(db: Queryable, id: number, lacking: readonly string[]): Promise<void> {
  await db.query(`update connection set account = account || jsonb_build_object('lacking', $2::jsonb) where id = $1`, [
    id,
    JSON.stringify(lacking),
  ]);
}

export async function updateConnectionAccount(db: Queryable, id: number, account: ConnectedAccount): Promise<void> {
  await db.query('update connection set account = $2 where id = $1', [id, JSON.stringify(account)]);
}
