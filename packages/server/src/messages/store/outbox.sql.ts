import { type Fields, type MessageChannel, type SendingDefaults, type SendingRules, storable } from '@tributary/model';
import type { Db, Queryable, Tx } from '../../platform/database/pool.ts';
import type { LaneName, MessageState, WaitsFor } from '../types.ts';
import { type DefaultColumns, defaultColumns, defaultsOf } from './default.sql.ts';
import { countsWithoutCap } from './place.sql.ts';

/** A message in this process's hand. */
export interface ClaimedMessage {
  id: string;
  workspaceId: number;
  personId: string;
  channel: MessageChannel;
  /** An e-mail's; null where there is none of that name. */
  templateId: number | null;
  templateEditedAt: Date | null;
  /** Of all that are not e-mails. */
  contentId: number | null;
  rules: SendingRules;
  /** The run and the shape that asked for it, where one did. */
  runId: string | null;
  shapeId: string | null;
  /** What the workspace says of what the rules leave out, at this moment. */
  defaults: SendingDefaults;
  entryActivityId: string | null;
  entry: Fields;
  attributes: Fields;
  /** This try included. */
  attempts: number;
  dueAt: Date;
  queuedAt: Date;
  /** Since when it counts for the caps of its person: an uncertain one that goes again does so already. */
  countedAt: Date | null;
  /** What was said of it before. */
  reason: string | null;
}

/**
 * Takes due messages in hand, durably, before anything is done about them: a
 * process that dies with them leaves its number behind. `inHand` are those this
 * process still has from before, whose outcome is not written down yet.
 */
export async function claimMessages(
  db: Db,
  o: { process: number; lane: LaneName; now: Date; limit: number; inHand: readonly string[] },
): Promise<ClaimedMessage[]> {
  const { rows } = await db.query<Omit<ClaimedMessage, 'defaults'> & DefaultColumns>({
    name: 'message.claim',
    text: `with due as materialized (
             select id, due_at, template_id, workspace_id from message
             where lane = $5 and state = 'queued' and due_at <= $2 and id <> all($4::bigint[])
             order by due_at, id limit $3 for update skip locked
           )
           update message m set state = 'sending', claimed_by = $1, attempts = m.attempts + 1
           from due
           left join template t on t.id = due.template_id
           left join sending_default d on d.workspace_id = due.workspace_id
           where m.id = due.id
           returning m.id, m.workspace_id as "workspaceId", m.person_id as "personId", m.channel,
                     m.template_id as "templateId", t.edited_at as "templateEditedAt", m.content_id as "contentId",
                     m.rules, m.run_id as "runId", m.shape_id as "shapeId", m.entry_activity_id as "entryActivityId", m.entry, m.attributes, m.attempts,
                     due.due_at as "dueAt", m.queued_at as "queuedAt", m.counted_at as "countedAt", m.reason,
                     ${defaultColumns}`,
    values: [o.process, o.now, o.limit, o.inHand, o.lane],
  });
  return rows
    .map(({ cap, whenCapped, hours, timezone, ...row }) => ({
      ...row,
      defaults: defaultsOf({ cap, whenCapped, hours, timezone }),
    }))
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** When the next message of a lane is due, or undefined when none waits. */
export async function nextDueAt(db: Queryable, lane: LaneName, inHand: readonly string[]): Promise<Date | undefined> {
  const { rows } = await db.query<{ dueAt: Date }>({
    name: 'message.next',
    text: `select due_at as "dueAt" from message
           where lane = $2 and state = 'queued' and id <> all($1::bigint[])
           order by due_at, id limit 1`,
    values: [inHand, lane],
  });
  return rows[0]?.dueAt;
}

/**
 * Gives back what this process claimed without knowing: a claim whose answer
 * was lost on its way from the database. None of it was handed to anyone.
 */
export async function giveBackStrays(
  db: Queryable,
  o: { process: number; lane: LaneName; inHand: readonly string[] },
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'message.strays',
    text: `update message set state = 'queued', claimed_by = null, attempts = attempts - 1
           where claimed_by = $1 and state = 'sending' and lane = $3 and id <> all($2::bigint[])`,
    values: [o.process, o.inHand, o.lane],
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
  /** The rule it waits for. */
  waitsFor: WaitsFor | null;
  sentAt: Date | null;
  /** Since when it counts for the caps of its person, unless it has a place already. Null gives its place back. */
  countedAt: Date | null;
}

/** A message whose outcome this process wrote. */
export interface Written {
  id: string;
  /** The person whose cap it no longer counts for, though it did a moment ago. */
  freed: string | null;
}

/**
 * Writes outcomes down, and says for which messages: not for those written down
 * before (a commit whose answer was lost), nor for those another process has
 * taken since. One that was given up as uncertain still belongs to the process
 * that sent it, until another takes it: a late answer counts. Rows are locked in the order of their ids, as everywhere.
 * A message that may have arrived once, uncertain, keeps its place under the caps whatever becomes of it.
 */
export async function updateOutcomes(
  tx: Tx,
  process: number,
  changes: readonly MessageChange[],
): Promise<Map<string, Written>> {
  const { rows } = await tx.query<Written>({
    name: 'message.outcome',
    text: `with own as materialized (
             select id, counted_at from message
             where id = any($2::bigint[]) and claimed_by = $1
             order by id for update
           )
           update message m
           set state = c.state, due_at = c.due_at, attempts = m.attempts - c.tries_back,
               claimed_by = case when c.state = 'uncertain' then m.claimed_by end,
               uncertain_count = m.uncertain_count + case when c.state = 'uncertain' then 1 else 0 end,
               broken_off_count = m.broken_off_count + case when c.state = 'uncertain' then 1 else 0 end,
               address = coalesce(c.address, m.address), subject = coalesce(c.subject, m.subject),
               reason = case when c.tries_back = 1 and m.waits_for is null then coalesce(c.reason, m.reason)
                             else c.reason end,
               waits_for = c.waits_for, sent_at = c.sent_at,
               counted_at = case when c.counted_at is not null then coalesce(m.counted_at, c.counted_at)
                                 when m.uncertain_count > 0 then m.counted_at end
           from own, unnest($2::bigint[], $3::text[], $4::int[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
                            $9::text[], $10::timestamptz[], $11::timestamptz[])
                as c(id, state, tries_back, due_at, address, subject, reason, waits_for, sent_at, counted_at)
           where m.id = own.id and c.id = own.id
           returning m.id, case when own.counted_at is not null and m.counted_at is null then m.person_id end as freed`,
    values: [
      process,
      changes.map((c) => c.id),
      changes.map((c) => c.state),
      changes.map((c) => c.triesBack),
      changes.map((c) => c.dueAt),
      changes.map((c) => c.address),
      changes.map((c) => c.subject),
      // What the other side said may be no text at all, such as a compressed page.
      changes.map((c) => (c.reason === null ? null : storable(c.reason))),
      changes.map((c) => c.waitsFor),
      changes.map((c) => c.sentAt),
      changes.map((c) => c.countedAt),
    ],
  });
  return new Map(rows.map((row) => [row.id, row]));
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
    `update message m set state = 'uncertain', uncertain_count = m.uncertain_count + 1, due_at = $2,
            reason = 'the process that was sending it ended before the answer came',
            -- One that asks for a place has it before it leaves; any other may have left, too.
            counted_at = case when ${countsWithoutCap} then coalesce(m.counted_at, $2) else m.counted_at end
     from message own left join sending_default d on d.workspace_id = own.workspace_id
     where m.id = own.id and m.claimed_by = any($1::int[]) and m.state = 'sending'`,
    [processes, now],
  );
  return rowCount ?? 0;
}

/** Which uncertain messages of a lane are sent again by themselves: those broken off over so often at most, and tried less often. */
export type Again = readonly { lane: LaneName; brokenOff: number; tries: number }[];

const againSql = (first: number): string =>
  `unnest($${first}::text[], $${first + 1}::int[], $${first + 2}::int[]) as l(lane, broken_off, tries)
     where m.state = 'uncertain' and m.lane = l.lane and m.broken_off_count <= l.broken_off and m.attempts < l.tries`;

const valuesOf = (again: Again): unknown[] => [
  again.map(({ lane }) => lane),
  again.map(({ brokenOff }) => brokenOff),
  again.map(({ tries }) => tries),
];

/** Queues the uncertain messages that are to be sent again by now. Returns how many. */
export async function releaseUncertain(db: Queryable, now: Date, again: Again): Promise<number> {
  const { rowCount } = await db.query(
    `update message m set state = 'queued', due_at = greatest(m.due_at, $1)
     from ${againSql(2)} and m.due_at <= $1`,
    [now, ...valuesOf(again)],
  );
  return rowCount ?? 0;
}

/** When the next uncertain message may be sent again, or undefined when there is none. */
export async function nextReleaseAt(db: Queryable, again: Again): Promise<Date | undefined> {
  const { rows } = await db.query<{ dueAt: Date | null }>(
    `select min(m.due_at) as "dueAt" from message m, ${againSql(1)}`,
    valuesOf(again),
  );
  return rows[0]?.dueAt ?? undefined;
}
