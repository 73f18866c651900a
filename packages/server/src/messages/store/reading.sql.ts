import type { MessageChannel } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import type { MessageState, WaitsFor } from '../types.ts';

/** What became of messages. Opens, clicks and unsubscribes are of messages, once each, and people's, not machines'. */
export interface Counts {
  /** Asked for, whatever became of it. */
  messages: number;
  /** Not decided yet: queued or on its way. */
  waiting: number;
  /** Of those, for a rule: the cap, or the hours in which they go. */
  held: number;
  uncertain: number;
  /** Handed over to the mail server, which took them or said that it never will. */
  sent: number;
  /** Sent, taken, and not come back since. */
  delivered: number;
  skipped: number;
  bounced: number;
  failed: number;
  opened: number;
  clicked: number;
  /** Answered by a person. */
  replied: number;
  unsubscribed: number;
  /** Called spam. */
  complained: number;
}

/** A journey's e-mails: all of them, and by the shape that asked for them. */
export interface MessageCounts extends Counts {
  shapes: (Counts & { shapeId: string })[];
}

export async function countsByJourney(db: Queryable, journeyId: number): Promise<MessageCounts> {
  const { rows } = await db.query<Counts & { shapeId: string | null; isTotal: boolean }>(
    `select shape_id as "shapeId", grouping(shape_id) = 1 as "isTotal", count(*)::int as messages,
            (count(*) filter (where state in ('queued', 'sending')))::int as waiting,
            (count(*) filter (where state = 'queued' and waits_for is not null))::int as held,
            (count(*) filter (where state = 'uncertain'))::int as uncertain,
            (count(*) filter (where state in ('sent', 'bounced')))::int as sent,
            (count(*) filter (where state = 'sent'))::int as delivered,
            (count(*) filter (where state = 'skipped'))::int as skipped,
            (count(*) filter (where state = 'bounced'))::int as bounced,
            (count(*) filter (where state = 'failed'))::int as failed,
            count(opened_at)::int as opened, count(clicked_at)::int as clicked,
            count(replied_at)::int as replied, count(unsubscribed_at)::int as unsubscribed,
            count(complained_at)::int as complained
     from message where journey_id = $1 and channel = 'email'
     group by grouping sets ((), (shape_id)) order by min(queued_at), shape_id`,
    [journeyId],
  );
  const counts = rows.map(({ isTotal, shapeId, ...figures }) => ({ isTotal, shapeId, figures }));
  const total = counts.find(({ isTotal }) => isTotal)!.figures;
  const shapes = counts.flatMap(({ isTotal, shapeId, figures }) =>
    isTotal || shapeId === null ? [] : [{ shapeId, ...figures }],
  );
  return { ...total, shapes };
}

/** A message as people look at it. */
export interface MessageRow {
  id: string;
  personId: string;
  channel: MessageChannel;
  template: string | null;
  /** What people call it: its template, a webhook's name or host, a note's subject. */
  name: string | null;
  transactional: boolean;
  journeyId: number | null;
  runId: string | null;
  shapeId: string | null;
  state: MessageState;
  /** Why it stands where it stands, in words. */
  reason: string | null;
  /** The rule it waits for, where it waits for one. */
  waitsFor: WaitsFor | null;
  address: string | null;
  subject: string | null;
  attempts: number;
  uncertainCount: number;
  queuedAt: Date;
  /** When it is tried next, while it waits. */
  dueAt: Date | null;
  sentAt: Date | null;
  openedAt: Date | null;
  clickedAt: Date | null;
  repliedAt: Date | null;
  unsubscribedAt: Date | null;
}

const columns = `m.id, m.person_id as "personId", m.channel, t.name as template,
  coalesce(t.name, c.content->>'name', substring(c.content->>'url' from '^https?://([^/?#]+)'), c.content->>'url', c.content->>'subject', c.content->>'title',
           left(c.content->>'text', 80)) as name,
  coalesce((m.rules->>'transactional')::boolean, false) as transactional, m.journey_id as "journeyId",
  m.run_id as "runId", m.shape_id as "shapeId", m.state, m.reason, m.waits_for as "waitsFor", m.address, m.subject, m.attempts,
  m.uncertain_count as "uncertainCount", m.queued_at as "queuedAt", m.due_at as "dueAt", m.sent_at as "sentAt",
  m.opened_at as "openedAt", m.clicked_at as "clickedAt",
  m.replied_at as "repliedAt", m.unsubscribed_at as "unsubscribedAt"`;

/** The newest messages of a person, or those before one of them. */
export async function listOfPerson(
  db: Queryable,
  workspaceId: number,
  personId: string,
  limit: number,
  before?: string,
): Promise<MessageRow[]> {
  const { rows } = await db.query<MessageRow>(
    `select ${columns} from message m left join template t on t.id = m.template_id left join message_content c on c.id = m.content_id
     where m.person_id = $2 and m.workspace_id = $1
       and ($4::bigint is null or (m.queued_at, m.id) < (select queued_at, id from message where id = $4))
     order by m.queued_at desc, m.id desc limit $3`,
    [workspaceId, personId, limit, before ?? null],
  );
  return rows;
}

/** Messages of which nobody can tell whether they arrived, and those that once were: oldest first. */
export async function listUncertain(db: Queryable, limit: number): Promise<MessageRow[]> {
  const { rows } = await db.query<MessageRow>(
    `select ${columns} from message m left join template t on t.id = m.template_id left join message_content c on c.id = m.content_id
     where m.uncertain_count > 0 order by (m.state = 'uncertain') desc, m.id limit $1`,
    [limit],
  );
  return rows;
}

/** How the reason of a message begins that waits because the mail server refuses us, not it. */
export const CHANNEL_REFUSES = 'the mail server refuses us: ';

/** How the outbox stands, for metrics and `doctor`. */
export interface OutboxState {
  /** Waiting to be sent, the due ones among them. */
  queued: number;
  /** Of those, for a rule: a cap, or the hours in which they go. */
  held: number;
  due: number;
  sending: number;
  /** Mails; webhooks of which nobody can tell go again by themselves. */
  uncertain: number;
  /** The longest that a due message has waited. */
  oldestDueMs: number;
  /** What the last refused try of a waiting message said. */
  lastReason: string | null;
  /** Waiting because the mail server refuses us. */
  refused: number;
}

export async function outboxState(db: Queryable, now: Date): Promise<OutboxState> {
  const { rows } = await db.query<OutboxState>(
    `select (count(*) filter (where state = 'queued' and due_at <= $1))::int as due,
            (count(*) filter (where state = 'queued'))::int as queued,
            (count(*) filter (where state = 'queued' and waits_for is not null))::int as held,
            (count(*) filter (where state = 'sending'))::int as sending,
            (count(*) filter (where state = 'uncertain' and lane = 'mail'))::int as uncertain,
            coalesce(greatest(0, extract(epoch from $1 - min(due_at) filter (where state = 'queued')) * 1000), 0)::float8
              as "oldestDueMs",
            max(reason) filter (where state = 'queued' and waits_for is null) as "lastReason",
            (count(*) filter (where state = 'queued' and starts_with(reason, $2)))::int as refused
     from (select state, lane, due_at, reason, waits_for from message where state = 'queued'
           union all
           select state, lane, due_at, reason, waits_for from message where state in ('sending', 'uncertain')) open`,
    [now, CHANNEL_REFUSES],
  );
  return rows[0]!;
}
