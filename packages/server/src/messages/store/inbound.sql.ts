import type { MessageChannel, SendingRules } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';
import type { MessageChange } from './outbox.sql.ts';
import type { TrackedMessage } from './tracking.sql.ts';

/** A message that a mail answers, or tells of. */
export interface AnsweredMessage extends Omit<TrackedMessage, 'openedAt' | 'clickedAt' | 'unsubscribedAt'> {
  channel: MessageChannel;
  rules: SendingRules;
  /** Where it went. */
  address: string | null;
  /** What its template says of who sends it, and where answers go. */
  fromEmail: string | null;
  replyTo: string | null;
}

/** Reads a message and keeps others from changing it until the transaction ends. */
export async function lockAnswered(tx: Tx, workspaceId: number, id: string): Promise<AnsweredMessage | undefined> {
  const { rows } = await tx.query<AnsweredMessage>(
    `select m.id, m.workspace_id as "workspaceId", m.person_id as "personId", m.channel, t.name as template, m.state,
            m.subject, m.attributes, m.rules, coalesce((m.rules->>'transactional')::boolean, false) as transactional,
            m.address, m.sent_at as "sentAt", t.content->>'fromEmail' as "fromEmail", t.content->>'replyTo' as "replyTo"
     from message m left join template t on t.id = m.template_id
     where m.id = $2 and m.workspace_id = $1 for update of m`,
    [workspaceId, id],
  );
  return rows[0];
}

/** False when this mail is known already as an answer to this message. */
export async function insertReply(
  tx: Tx,
  reply: { workspaceId: number; messageId: string; mail: Buffer; at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into message_reply (workspace_id, message_id, mail, received_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [reply.workspaceId, reply.messageId, reply.mail, reply.at],
  );
  return rowCount === 1;
}

/** Sets when somebody answered first, unless that is set. */
export async function updateReplied(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.query('update message set replied_at = coalesce(replied_at, $2) where id = $1', [id, at]);
}

/** Sets when somebody called it spam. False when that is set already. */
export async function updateComplained(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await tx.query('update message set complained_at = $2 where id = $1 and complained_at is null', [
    id,
    at,
  ]);
  return rowCount === 1;
}

/**
 * A message that was sent came back. Returns whether it was, and the person whose cap it no longer counts for. That it
 * was handed over, and when, stays.
 */
export async function updateReturned(tx: Tx, change: MessageChange): Promise<{ freed: string | null } | undefined> {
  const { rows } = await tx.query<{ freed: string | null }>(
    `with own as materialized (
       select id, counted_at from message where id = $1 and state in ('sent', 'uncertain') for update
     )
     update message m
     set state = $2, reason = $3, due_at = null, claimed_by = null,
         counted_at = case when m.uncertain_count > 0 then m.counted_at end
     from own where m.id = own.id
     returning case when own.counted_at is not null and m.counted_at is null then m.person_id end as freed`,
    [change.id, change.state, change.reason],
  );
  return rows[0];
}
