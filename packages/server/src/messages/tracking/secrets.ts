import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Queryable } from '../../platform/database/pool.ts';

/**
 * The secrets that links are signed with, kept in memory so that links work while the database is away.
 * As key objects: made from bytes for every signature, they take longer than the signature.
 */
export interface Secrets {
  get(workspaceId: number): Promise<KeyObject | undefined>;
  /** Reads them all, so that those known before stay known. */
  load(): Promise<void>;
}

export function createSecrets(db: Queryable): Secrets {
  const known = new Map<number, KeyObject>();
  const read = async (workspaceId?: number): Promise<void> => {
    const { rows } = await db.query<{ id: number; secret: Buffer }>(
      'select id, secret from workspace where $1::bigint is null or id = $1',
      [workspaceId ?? null],
    );
    for (const row of rows) known.set(row.id, createSecretKey(row.secret));
  };
  return {
    async get(workspaceId) {
      if (!known.has(workspaceId)) await read(workspaceId);
      return known.get(workspaceId);
    },
    load: () => read(),
  };
}
