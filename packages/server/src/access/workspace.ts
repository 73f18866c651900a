import { randomBytes } from 'node:crypto';
import type { Queryable, Tx } from '../platform/database/pool.ts';

export interface Workspace {
  id: number;
  name: string;
  /** As error messages on Ortto's wire name an account. */
  instance: string;
  /** Signs links and encrypts the settings of connections. */
  secret: Buffer;
}

/** The workspace of this installation, or undefined on a database that has none yet. */
export async function findWorkspace(db: Queryable): Promise<Workspace | undefined> {
  const { rows } = await db.query<Workspace>('select id, name, instance, secret from workspace order by id limit 1');
  return rows[0];
}

/** Makes the workspace of a new installation; several processes that start at once make one. `seed` fills a new one. */
export async function ensureWorkspace(
  tx: Tx,
  now: Date,
  seed: (tx: Tx, workspaceId: number) => Promise<void>,
): Promise<Workspace> {
  await tx.query('select pg_advisory_xact_lock(7482004)');
  const found = await findWorkspace(tx);
  if (found) return found;
  await tx.query('insert into workspace (name, instance, secret, created_at) values ($1, $2, $3, $4)', [
    'My workspace',
    'my-workspace',
    randomBytes(32),
    now,
  ]);
  const made = (await findWorkspace(tx))!;
  await seed(tx, made.id);
  return made;
}
