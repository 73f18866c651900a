import type { Fields } from '@tributary/model';
import type { Db, Queryable, Tx } from '../../platform/database/pool.ts';
import type { MessageRequest, MessageState } from '../types.ts';

/** A message in this process's hand. */
export interface ClaimedMessage {
  id: string;
  workspaceId: number;
  personId: string;
  templateId: number;
  templateEditedAt: Date;
  entryActivityId: string | null;
  entry: Fields;
  attributes: Fields;
  /** This try included. */
  attempts: number;
  dueAt: Date;
}

/**
 * Writes requests down; those written down before stay as they are. One whose
 * template is not there fails at once, where it can be seen. Returns how many are new.
 */
export async function insertMessages(tx: Tx, requests: readonly MessageRequest[]): Promise<number> {
  const { rowCount } = await tx.query({
    name: 'message.insert',
    text: `insert into message (id, workspace_id, person_id, channel, template_id, journey_id, run_id, shape_id,
             entry_activity_id, entry, attributes, request_key, queued_at, state, due_at, reason)
           select time_ordered_id(r.at, nextval('message_number')), r.workspace_id, r.person_id, 'email', t.id,
                  r.journey_id, r.run_id, r.shape_id, r.entry_activity_id, r.entry, r.attributes, r.key, r.at,
                  case when t.id is null then 'failed' else 'queued' end,
                  case when t.id is null then null else r.at end,
                  case when t.id is null then 'there is no template "' || r.template || '"' end
           from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[],
                       $8::text[], $9::jsonb[], $10::jsonb[], $11::timestamptz[])
                with ordinality as r(workspace_id, person_id, template, key, journey_id, run_id, shape_id,
                                     entry_activity_id, entry, attributes, at, place)
           left join template t on t.workspace_id = r.workspace_id and t.name = r.template
           order by r.place
           on conflict (workspace_id, request_key) do nothing`,
    values: [
      requests.map((r) => r.workspaceId),
      requests.map((r) => r.personId),
      requests.map((r) => (r.content.channel === 'email' ? r.content.template : r.content.channel)),
      requests.map((r) => r.requestKey),
      requests.map((r) => r.journeyId ?? null),
      requests.map((r) => r.runId ?? null),
      requests.map((r) => r.shapeId ?? null),
      requests.map((r) => r.entryActivityId ?? null),
      requests.map((r) => JSON.stringify(r.entry)),
      requests.map((r) => JSON.stringify(r.attributes)),
      requests.map((r) => r.at),
    ],
  });
  return rowCount ?? 0;
}

/**
 * Takes due messages in hand, durably, before anything is done about them: a
 * process that dies with them leaves its number behind. `inHand` are those this
 * process still has from before, whose outcome is not written down yet.
 */
export async function claimMessages(
  db: Db,
  o: { process: number; now: Date; limit: number; inHand: readonly string[] },
): Promise<ClaimedMessage[]> {
  const { rows } = await db.query<ClaimedMessage>({
    name: 'message.claim',
    text: `with due as materialized (
             select id, due_at from message
             where state = 'queued' and due_at <= $2 and id <> all($4::bigint[])
             order by due_at, id limit $3 for update skip locked
           )
           update message m set state = 'sending', claimed_by = $1, attempts = m.attempts + 1
           from due, template t
           where m.id = due.id and t.id = m.template_id
           returning m.id, m.workspace_id as "workspaceId", m.person_id as "personId", m.template_id as "templateId",
                     t.edited_at as "templateEditedAt", m.entry_activity_id as "entryActivityId", m.entry,
                     m.attributes, m.attempts, due.due_at as "dueAt"`,
    values: [o.process, o.now, o.limit, o.inHand],
  });
  return rows.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** When the next message is due, or undefined when none waits. */
export async function nextDueAt(db: Queryable, inHand: readonly string[]): Promise<Date | undefined> {
  const { rows } = await db.query<{ dueAt: Date }>({
    name: 'message.next',
    text: `select due_at as "dueAt" from message where state = 'queued' and id <> all($1::bigint[])
           order by due_at, id limit 1`,
    values: [inHand],
  });
  return rows[0]?.dueAt;
}

/**
 * Gives back what this process claimed without knowing: a claim whose answer
 * was lost on its way from the database. None of it was handed to anyone.
 */
export async function giveBackStrays(db: Queryable, process: number, inHand: readonly string[]): Promise<number> {
  const { rowCount } = await db.query({
    name: 'message.strays',
    text: `update message set state = 'queued', claimed_by = null, attempts = attempts - 1
           where claimed_by = $1 and state = 'sending' and id <> all($2::bigint[])`,
    values: [process, inHand],
  });
  return rowCount ?? 0;
}

/** What becomes of a message's row. */
export interface MessageChange {
  id: string;
  state: MessageState;
  /** 1 takes back the count of this try: it was none. */
  triesBack: 0 | 1;
  dueAt: Date | null;
  address: string | null;
  subject: string | null;
  reason: string | null;
  sentAt: Date | null;
}

/**
 * Writes outcomes down, and says for which messages: not for those written down
 * before (a commit whose answer was lost), nor for those another process has
 * taken since. One that was given up as uncertain still belongs to the process
 * that sent it, until another takes it: a late answer counts. Rows are locked in the order of their ids, as everywhere.
 */
export async function updateOutcomes(tx: Tx, process: number, changes: readonly MessageChange[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'message.outcome',
    text: `with own as materialized (
             select id from message
             where id = any($2::bigint[]) and claimed_by = $1
             order by id for update
           )
           update message m
           set state = c.state, due_at = c.due_at, attempts = m.attempts - c.tries_back,
               claimed_by = case when c.state = 'uncertain' then m.claimed_by end,
               uncertain_count = m.uncertain_count + case when c.state = 'uncertain' then 1 else 0 end,
               address = coalesce(c.address, m.address), subject = coalesce(c.subject, m.subject),
               reason = case when c.tries_back = 1 then coalesce(c.reason, m.reason) else c.reason end, sent_at = c.sent_at
           from own, unnest($2::bigint[], $3::text[], $4::int[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
                            $9::timestamptz[])
                as c(id, state, tries_back, due_at, address, subject, reason, sent_at)
           where m.id = own.id and c.id = own.id
           returning m.id`,
    values: [
      process,
      changes.map((c) => c.id),
      changes.map((c) => c.state),
      changes.map((c) => c.triesBack),
      changes.map((c) => c.dueAt),
      changes.map((c) => c.address),
      changes.map((c) => c.subject),
      changes.map((c) => c.reason),
      changes.map((c) => c.sentAt),
    ],
  });
  return new Set(rows.map((row) => row.id));
}

/** The other processes that have messages in hand. */
export async function listClaimers(db: Queryable, except: number): Promise<number[]> {
  const { rows } = await db.query<{ process: number }>(
    `select distinct claimed_by as process from message where state = 'sending' and claimed_by <> $1`,
    [except],
  );
  return rows.map((row) => row.process);
}

/** What those processes had in hand when they died may have been on its way. Returns how many messages that are. */
export async function updateToUncertain(db: Queryable, processes: readonly number[], now: Date): Promise<number> {
  const { rowCount } = await db.query(
    `update message set state = 'uncertain', uncertain_count = uncertain_count + 1, due_at = $2,
            reason = 'the process that was sending it ended before the answer came'
     where claimed_by = any($1::int[]) and state = 'sending'`,
    [processes, now],
  );
  return rowCount ?? 0;
}

/** Queues uncertain messages again that have been tried fewer than `triesMax` times. Returns how many. */
export async function releaseUncertain(db: Queryable, now: Date, triesMax: number): Promise<number> {
  const { rowCount } = await db.query(
    `update message set state = 'queued', due_at = greatest(due_at, $1)
     where state = 'uncertain' and due_at <= $1 and attempts < $2`,
    [now, triesMax],
  );
  return rowCount ?? 0;
}

/** When the next uncertain message may be sent again, or undefined when there is none. */
export async function nextReleaseAt(db: Queryable, triesMax: number): Promise<Date | undefined> {
  const { rows } = await db.query<{ dueAt: Date | null }>(
    `select min(due_at) as "dueAt" from message where state = 'uncertain' and attempts < $1`,
    [triesMax],
  );
  return rows[0]?.dueAt ?? undefined;
}
