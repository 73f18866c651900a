import type { Queryable } from '../../platform/database/pool.ts';
import type { Place } from '../inbound/imap/place.ts';

/** The number of a mailbox, by which one process leads in watching it. */
export async function ensureWatched(db: Queryable, workspaceId: number, name: string): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `with made as (
       insert into watched_mailbox (workspace_id, name) values ($1, $2) on conflict do nothing returning id
     )
     select id from made union all select id from watched_mailbox where workspace_id = $1 and name = $2 limit 1`,
    [workspaceId, name],
  );
  // Made by another process at this moment, it is not seen by this statement: the next try finds it.
  if (!rows[0]) throw new Error('another process has just begun to watch the mailbox');
  return rows[0].id;
}

export async function findPlace(db: Queryable, id: number): Promise<Place | undefined> {
  const { rows } = await db.query<Place>(
    `select uid_validity::float8 as "uidValidity", last_uid::float8 as "lastUid", read_at as "readAt"
     from watched_mailbox where id = $1 and uid_validity is not null`,
    [id],
  );
  return rows[0];
}

/** Moves on, never back: two processes may lead for a moment. */
export async function updatePlace(db: Queryable, id: number, { uidValidity, lastUid, readAt }: Place): Promise<void> {
  await db.query(
    `update watched_mailbox
     set last_uid = case when uid_validity = $2 then greatest(last_uid, $3) else $3 end, uid_validity = $2, read_at = $4
     where id = $1`,
    [id, uidValidity, lastUid, readAt],
  );
}
