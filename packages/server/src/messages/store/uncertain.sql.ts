import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { AnsweredMessage } from './inbound.sql.ts';

/** A message that is let go of, as the person's timeline is told of it. */
export type DroppedMessage = Pick<
  AnsweredMessage,
  'id' | 'workspaceId' | 'personId' | 'channel' | 'rules' | 'attributes' | 'template' | 'subject' | 'address'
>;

/** Sends an uncertain message again, under the same Message-ID. False when it is not uncertain. */
export async function resendUncertain(db: Queryable, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update message set state = 'queued', due_at = $2 where id = $1 and state = 'uncertain'`,
    [id, now],
  );
  return rowCount === 1;
}

/** Lets go of an uncertain message: it is not sent again. A late answer of whoever sent it counts all the same. */
export async function updateToDropped(tx: Tx, id: string, reason: string): Promise<DroppedMessage | undefined> {
  const { rows } = await tx.query<DroppedMessage>(
    `update message m set state = 'failed', due_at = null, reason = $2
     where m.id = $1 and m.state = 'uncertain'
     returning m.id, m.workspace_id as "workspaceId", m.person_id as "personId", m.channel, m.rules, m.attributes,
               (select t.name from template t where t.id = m.template_id) as template, m.subject, m.address`,
    [id, reason],
  );
  return rows[0];
}
