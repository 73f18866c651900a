import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { ClaimedMessage } from './outbox.sql.ts';

/** Sends an uncertain message again, under the same Message-ID. False when it is not uncertain. */
export async function resendUncertain(db: Queryable, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update message set state = 'queued', due_at = $2 where id = $1 and state = 'uncertain'`,
    [id, now],
  );
  return rowCount === 1;
}

/** A message that was let go of, as its person's timeline is told of it. */
export interface DroppedMessage
  extends Pick<ClaimedMessage, 'id' | 'workspaceId' | 'personId' | 'channel' | 'attributes' | 'rules'> {
  template: string | null;
  subject: string | null;
  address: string | null;
}

/** Lets go of an uncertain message: it is not sent again. A late answer of whoever sent it counts all the same. */
export async function dropUncertain(tx: Tx, id: string, reason: string): Promise<DroppedMessage | undefined> {
  const { rows } = await tx.query<DroppedMessage>(
    `update message m set state = 'failed', due_at = null, reason = $2
     where m.id = $1 and m.state = 'uncertain'
     returning m.id, m.workspace_id as "workspaceId", m.person_id as "personId", m.channel, m.attributes, m.rules,
               m.subject, m.address, (select t.name from template t where t.id = m.template_id) as template`,
    [id, reason],
  );
  return rows[0];
}
