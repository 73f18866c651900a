import { createHash } from 'node:crypto';
import type { MessageContent } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** What a message can say that is made from no template. */
export type OwnContent = Exclude<MessageContent, { channel: 'email' }>;

/** The numbers of these contents, in their order; what has been said before is not written again. */
export async function ensureContents(
  tx: Tx,
  said: readonly { workspaceId: number; content: OwnContent; at: Date }[],
): Promise<number[]> {
  if (said.length === 0) return [];
  const hashed = said.map((one) => ({ ...one, hash: hashOf(one.content) }));
  const keyOf = (workspaceId: number, hash: Buffer): string => `${workspaceId}/${hash.toString('hex')}`;
  const known = new Map<string, number>();
  const note = (rows: readonly { id: number; workspaceId: number; hash: Buffer }[]): void => {
    for (const row of rows) known.set(keyOf(row.workspaceId, row.hash), row.id);
  };
  note(await findContents(tx, hashed));
  const fresh = new Map(
    hashed
      .filter((one) => !known.has(keyOf(one.workspaceId, one.hash)))
      .map((one) => [keyOf(one.workspaceId, one.hash), one]),
  );
  if (fresh.size > 0) note(await insertContents(tx, [...fresh.values()]));
  return hashed.map((one) => known.get(keyOf(one.workspaceId, one.hash))!);
}

interface Hashed {
  workspaceId: number;
  content: OwnContent;
  hash: Buffer;
  at: Date;
}

async function findContents(tx: Tx, said: readonly Hashed[]) {
  const { rows } = await tx.query<{ id: number; workspaceId: number; hash: Buffer }>({
    name: 'content.find',
    text: `select c.id, c.workspace_id as "workspaceId", c.hash
           from unnest($1::int[], $2::bytea[]) as asked(workspace_id, hash)
           join message_content c on c.workspace_id = asked.workspace_id and c.hash = asked.hash`,
    values: [said.map(({ workspaceId }) => workspaceId), said.map(({ hash }) => hash)],
  });
  return rows;
}

/** Written by another in the meantime, it is found all the same: an update of nothing returns what is there. */
async function insertContents(tx: Tx, said: readonly Hashed[]) {
  const { rows } = await tx.query<{ id: number; workspaceId: number; hash: Buffer }>(
    `insert into message_content as c (workspace_id, hash, content, created_at)
     select * from unnest($1::int[], $2::bytea[], $3::jsonb[], $4::timestamptz[])
     order by 1, 2
     on conflict (workspace_id, hash) do update set hash = excluded.hash
     returning c.id, c.workspace_id as "workspaceId", c.hash`,
    [
      said.map(({ workspaceId }) => workspaceId),
      said.map(({ hash }) => hash),
      said.map(({ content }) => JSON.stringify(content)),
      said.map(({ at }) => at),
    ],
  );
  return rows;
}

export async function listContents(
  db: Queryable,
  ids: readonly number[],
): Promise<{ id: number; content: OwnContent }[]> {
  const { rows } = await db.query<{ id: number; content: OwnContent }>(
    'select id, content from message_content where id = any($1::int[])',
    [ids],
  );
  return rows;
}

/** The same whatever the order of the keys. */
function hashOf(content: OwnContent): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(ordered(content)))
    .digest();
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}
