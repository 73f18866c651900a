import type { Fields } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { MessageState } from '../types.ts';

/** A message that somebody opened, clicked or unsubscribed from. */
export interface TrackedMessage {
  id: string;
  workspaceId: number;
  personId: string;
  template: string | null;
  state: MessageState;
  subject: string | null;
  /** Where it went; null before it did, and of somebody who was deleted. */
  address: string | null;
  attributes: Fields;
  transactional: boolean;
  sentAt: Date | null;
  openedAt: Date | null;
  clickedAt: Date | null;
  unsubscribedAt: Date | null;
}

const columns = `m.id, m.workspace_id as "workspaceId", m.person_id as "personId", t.name as template, m.state,
                  m.subject, m.address, m.attributes, coalesce((m.rules->>'transactional')::boolean, false) as transactional,
                  m.sent_at as "sentAt", m.opened_at as "openedAt",
                  m.clicked_at as "clickedAt", m.unsubscribed_at as "unsubscribedAt"`;

/** With what it takes to say of it what its reader saw. */
export interface TrackedWhole extends TrackedMessage {
  /** The audience that its rules name as its topic, by its id or name. */
  topic: string | null;
  /** How its template names the sender, in Liquid, and what that may ask of the activity that started it. */
  fromName: string | null;
  entryActivityId: string | null;
  entry: Fields;
}

export async function findTracked(db: Queryable, workspaceId: number, id: string): Promise<TrackedWhole | undefined> {
  const { rows } = await db.query<TrackedWhole>({
    name: 'message.tracked',
    text: `select ${columns}, m.rules->>'topic' as topic, t.content->>'fromName' as "fromName",
                  m.entry_activity_id as "entryActivityId", m.entry
           from message m left join template t on t.id = m.template_id where m.id = $1 and m.workspace_id = $2`,
    values: [id, workspaceId],
  });
  return rows[0];
}

/** Reads messages and keeps others from changing them until the transaction ends; in the order of their ids. */
export async function lockMessages(tx: Tx, ids: readonly string[]): Promise<Map<string, TrackedMessage>> {
  const { rows } = await tx.query<TrackedMessage>({
    name: 'message.lock',
    text: `select ${columns}
           from message m left join template t on t.id = m.template_id
           where m.id = any($1::bigint[]) order by m.id for update of m`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Sets the moments that are not set yet. */
export async function updateFirsts(
  tx: Tx,
  firsts: readonly { id: string; openedAt: Date | null; clickedAt: Date | null; unsubscribedAt: Date | null }[],
): Promise<void> {
  if (firsts.length === 0) return;
  await tx.query({
    name: 'message.firsts',
    text: `update message m set opened_at = coalesce(m.opened_at, f.opened), clicked_at = coalesce(m.clicked_at, f.clicked),
                  unsubscribed_at = coalesce(m.unsubscribed_at, f.unsubscribed)
           from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[])
                as f(id, opened, clicked, unsubscribed)
           where m.id = f.id`,
    values: [
      firsts.map((f) => f.id),
      firsts.map((f) => f.openedAt),
      firsts.map((f) => f.clickedAt),
      firsts.map((f) => f.unsubscribedAt),
    ],
  });
}
