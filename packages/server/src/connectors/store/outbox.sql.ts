import type { DueWrite, Write, WriteOutcome } from '@tributary/connector-kit';
import type { Fields } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';

export interface NewWrite extends Write {
  connectionId: number;
  personId: string;
  about: Fields | null;
}

/** Asks for writes; one whose key is there already has been asked for before. */
export async function insertWrites(tx: Tx, writes: readonly NewWrite[], now: Date): Promise<void> {
  if (writes.length === 0) return;
  await tx.query(
    `insert into connector_outbox (connection_id, key, kind, target, body, person_id, about, state, requested_at)
     select w.*, 'queued', $8
     from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::bigint[], $7::jsonb[]) as w
     on conflict do nothing`,
    [
      writes.map((write) => write.connectionId),
      writes.map((write) => write.key),
      writes.map((write) => write.kind),
      writes.map((write) => write.target),
      writes.map((write) => JSON.stringify(write.body)),
      writes.map((write) => write.personId),
      writes.map((write) => (write.about ? JSON.stringify(write.about) : null)),
      now,
    ],
  );
}

/** What was asked to be written about people, oldest first. */
export async function listWritesAbout(
  tx: Tx,
  connectionId: number,
  personIds: readonly string[],
): Promise<(Pick<Write, 'kind' | 'target' | 'body'> & { personId: string })[]> {
  const { rows } = await tx.query(
    `select person_id as "personId", kind, target, body from connector_outbox
     where connection_id = $1 and person_id = any($2::bigint[]) order by id`,
    [connectionId, personIds],
  );
  return rows;
}

export interface ClaimedWrite extends DueWrite {
  /** This one included. */
  attempts: number;
  personId: string;
  about: Fields | null;
}

const claimed = `id, key, kind, target, body, uncertain, attempts, person_id as "personId", about`;

/**
 * Takes writes in the order they were asked for, but those tried so often that they are to be tried alone. One found
 * already being written was left so by a try whose answer nobody knows: it is uncertain.
 */
export async function claimWrites(
  db: Queryable,
  connectionId: number,
  o: { limit: number; triesTogether: number },
): Promise<ClaimedWrite[]> {
  const { rows } = await db.query<ClaimedWrite>(
    `update connector_outbox o set state = 'writing', uncertain = o.uncertain or o.state = 'writing',
            attempts = attempts + 1,
            -- Its next try is one alone, and due at once.
            alone_at = case when attempts + 1 >= $3 then '-infinity'::timestamptz end
     where id in (select id from connector_outbox
                  where connection_id = $1 and state in ('queued', 'writing') and alone_at is null
                  order by id limit $2 for update skip locked)
     returning ${claimed}`,
    [connectionId, o.limit, o.triesTogether],
  );
  return rows.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
}

/** Takes one of the writes that are to be tried alone: the one that was tried least often. */
export async function claimSuspect(db: Queryable, connectionId: number, now: Date): Promise<ClaimedWrite | undefined> {
  const { rows } = await db.query<ClaimedWrite>(
    `update connector_outbox o set state = 'writing', uncertain = o.uncertain or o.state = 'writing',
            attempts = attempts + 1
     where id = (select id from connector_outbox
                 where connection_id = $1 and state in ('queued', 'writing') and alone_at <= $2
                 order by attempts, id limit 1 for update skip locked)
     returning ${claimed}`,
    [connectionId, now],
  );
  return rows[0];
}

/** A write that failed alone waits alone. */
export async function postponeWrite(db: Queryable, id: string, until: Date, error: string): Promise<void> {
  await db.query('update connector_outbox set alone_at = $2, error = $3 where id = $1', [id, until, error]);
}

/** That try was none: the other side failed over everything. */
export async function uncountTry(db: Queryable, id: string): Promise<void> {
  await db.query('update connector_outbox set attempts = attempts - 1 where id = $1', [id]);
}

/** Gives back writes that surely were not carried out: that was no try. */
export async function requeueWrites(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(
    `update connector_outbox set state = 'queued', attempts = attempts - 1
     where id = any($1::bigint[]) and state = 'writing'`,
    [ids],
  );
}

/** One that has become moot is over, and its reason is what it came to: nobody has to look into it. */
export async function settleWrites(tx: Tx, outcomes: readonly WriteOutcome[], now: Date): Promise<void> {
  await tx.query(
    `update connector_outbox set state = case when s.done then 'done' else 'failed' end, settled_at = $5,
            reference = s.reference, error = s.error
     from unnest($1::bigint[], $2::boolean[], $3::text[], $4::text[]) as s(id, done, reference, error)
     where connector_outbox.id = s.id`,
    [
      outcomes.map((outcome) => outcome.id),
      outcomes.map((outcome) => outcome.done || outcome.moot === true),
      outcomes.map((outcome) => (outcome.done ? (outcome.reference ?? null) : outcome.moot ? outcome.why : null)),
      outcomes.map((outcome) => (outcome.done || outcome.moot ? null : outcome.why)),
      now,
    ],
  );
}

/** Gives up every write that is open. Returns those, for whoever asked is to hear of it. */
export async function failOpenWrites(
  tx: Tx,
  connectionId: number,
  why: string,
  now: Date,
): Promise<Pick<ClaimedWrite, 'personId' | 'about'>[]> {
  const { rows } = await tx.query<Pick<ClaimedWrite, 'personId' | 'about'>>(
    `with own as materialized (
       select id from connector_outbox where connection_id = $1 and state in ('queued', 'writing') order by id for update
     )
     update connector_outbox o set state = 'failed', settled_at = $3, error = $2 from own where o.id = own.id
     returning o.person_id as "personId", o.about`,
    [connectionId, why, now],
  );
  return rows;
}

export interface ConnectorCounts {
  connector: string;
  /** The account's own name over there; null where it did not say. */
  account: string | null;
  /** What somebody has to put right over there. */
  lacking: string[];
  state: string;
  note: string | null;
  inbox: number;
  /** Webhooks that could not be read, and what could not be recorded of those that were. */
  unreadable: number;
  open: number;
  failed: number;
  /** Of those open, how many fail even alone, and wait between their tries. */
  suspect: number;
  /** Why the last ones failed. */
  reasons: string[];
}

/** How each connection stands; for metrics and `doctor`. */
export async function countConnections(db: Queryable): Promise<ConnectorCounts[]> {
  const { rows } = await db.query<ConnectorCounts>(
    `select c.connector, c.account->>'name' as account, coalesce(c.account->'lacking', '[]') as lacking, c.state, c.note,
            (select count(*)::int from connector_inbox i where i.connection_id = c.id and i.error is null) as inbox,
            (select count(*)::int from connector_inbox i where i.connection_id = c.id and i.error is not null) as unreadable,
            (select count(*)::int from connector_outbox o
              where o.connection_id = c.id and o.state in ('queued', 'writing')) as open,
            (select count(*)::int from connector_outbox o where o.connection_id = c.id and o.state = 'failed') as failed,
            (select count(*)::int from connector_outbox o
              where o.connection_id = c.id and o.state in ('queued', 'writing') and o.alone_at is not null) as suspect,
            array(select o.kind || ' for ' || o.target || ': ' || o.error from connector_outbox o
                  where o.connection_id = c.id and o.error is not null and o.state in ('failed', 'writing', 'queued')
                  order by o.id desc limit 3) as reasons
     from connection c order by c.id`,
  );
  return rows;
}

/** Forgets writes about these people, but for those on their way: returns whom those are about. */
export async function deleteWritesAbout(tx: Tx, workspaceId: number, personIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ personId: string }>(
    `with own as materialized (
       select o.id, o.state, o.person_id from connector_outbox o join connection c on c.id = o.connection_id
       where c.workspace_id = $1 and o.person_id = any($2::bigint[])
     ), gone as (
       delete from connector_outbox o using own where o.id = own.id and o.state <> 'writing'
     )
     select distinct person_id as "personId" from own where state = 'writing'`,
    [workspaceId, personIds],
  );
  return rows.map((row) => row.personId);
}
