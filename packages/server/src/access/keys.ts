import { hash, randomBytes } from 'node:crypto';
import type { Queryable } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';

export interface ApiKey {
  id: number;
  workspaceId: number;
  name: string;
  prefix: string;
  createdAt: Date;
  revokedAt: Date | null;
}

const columns = `id, workspace_id as "workspaceId", name, prefix, created_at as "createdAt", revoked_at as "revokedAt"`;

/** What a terminal would act on, or show in another order than it is written. */
const UNPRINTABLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

/**
 * Makes a key and returns it: the only time it can be seen. Spelled
 * `PRV-<instance>-<random>` as Ortto's private keys are. The random part holds
 * 256 bits, so that a plain SHA-256 is as good as a slow hash.
 */
export async function createKey(
  db: Queryable,
  workspace: { id: number; instance: string },
  name: string,
  now: Date,
): Promise<{ id: number; key: string }> {
  if (UNPRINTABLE.test(name))
    throw new UserError(
      'name_is_wrong',
      'the name has a character in it that can not be shown: a line break, or a code',
    );
  const key = `PRV-${workspace.instance}-${randomBytes(32).toString('base64url')}`;
  const { rows } = await db.query<{ id: number }>(
    `insert into api_key (workspace_id, name, prefix, hash, created_at) values ($1, $2, $3, $4, $5) returning id`,
    [workspace.id, name, key.slice(0, workspace.instance.length + 10), hashOf(key), now],
  );
  return { id: rows[0]!.id, key };
}

export async function listKeys(db: Queryable): Promise<ApiKey[]> {
  const { rows } = await db.query<ApiKey>(`select ${columns} from api_key order by id`);
  return rows;
}

/** Ends one key, by its number or, where none has that number, by its name. A name that several have ends none. */
export async function revokeKey(db: Queryable, idOrName: string, now: Date): Promise<ApiKey> {
  const { rows: found } = await db.query<ApiKey>(
    `select ${columns} from api_key where id::text = $1 or name = $1 order by id`,
    [idOrName],
  );
  const numbered = found.filter(({ id }) => String(id) === idOrName);
  const inUse = (numbered.length > 0 ? numbered : found).filter(({ revokedAt }) => revokedAt === null);
  if (inUse.length > 1) {
    const numbers = inUse.map(({ id }) => id).join(', ');
    throw new UserError(
      'key_ambiguous',
      `${inUse.length} keys are called "${idOrName}": say which number, ${numbers}`,
      409,
    );
  }
  const { rows } = await db.query<ApiKey>(
    `update api_key set revoked_at = $2 where id = $1 and revoked_at is null returning ${columns}`,
    [inUse[0]?.id, now],
  );
  if (!rows[0]) throw new UserError('key_not_found', `there is no key "${idOrName}" in use: see "keys list"`, 404);
  return rows[0];
}

/** A key that came with a request. */
export interface KeyInUse extends ApiKey {
  /** As Ortto's error messages name the account. */
  instance: string;
}

/** The key in use that this text is, or undefined. */
async function findKey(db: Queryable, key: string): Promise<KeyInUse | undefined> {
  const { rows } = await db.query<KeyInUse>(
    `select ${columns}, (select instance from workspace w where w.id = workspace_id) as instance
     from api_key where hash = $1 and revoked_at is null`,
    [hashOf(key)],
  );
  return rows[0];
}

export interface KeyCache {
  find(key: string): Promise<KeyInUse | undefined>;
}

/** How long a revoked key may still be let in by a process that has just seen it. */
const KEPT_MS = 2000;
const KEPT_MAX = 1000;

/** Keys that were good a moment ago are let in without asking the database again, nor hashing them. */
export function keyCache(db: Queryable): KeyCache {
  const kept = new Map<string, { key: KeyInUse; until: number }>();
  return {
    async find(text) {
      const hit = kept.get(text);
      if (hit && hit.until > performance.now()) return hit.key;
      const key = await findKey(db, text);
      if (kept.size >= KEPT_MAX) kept.clear();
      if (key) kept.set(text, { key, until: performance.now() + KEPT_MS });
      else kept.delete(text);
      return key;
    },
  };
}

function hashOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
