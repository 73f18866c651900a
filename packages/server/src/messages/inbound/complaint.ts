import type { IntakeItem } from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { about } from '../about.ts';
import { refuse } from '../refuse.ts';
import { type AnsweredMessage, updateComplained } from '../store/inbound.sql.ts';
import { record } from './record.ts';
import type { Complaint } from './report.ts';

/** Whoever calls a message spam has said so on their timeline, once for each message, and gets no more of it. */
export async function complain(
  tx: Tx,
  people: People,
  message: AnsweredMessage,
  why: Complaint,
  at: Date,
): Promise<{ as: 'complaint'; recorded: 'now' | 'before' | 'nobody'; why: Complaint }> {
  const { id, workspaceId, personId } = message;
  if (!(await updateComplained(tx, id, at))) return { as: 'complaint', recorded: 'before', why };
  const item: IntakeItem = {
    who: { personId },
    fields: { 'bol::p': false, 'str::u-ctx': 'Spam complaint' },
    source: 'Email',
    history: true,
    activity: { id: 'act::s-ab', attributes: { ...about(message), 'str::rn': why }, at, key: `complaint/${id}` },
  };
  const recorded = await record(tx, people, workspaceId, item, 'a complaint');
  if (recorded === 'nobody') await refuse(tx, people, workspaceId, [{ item, message }]);
  return { as: 'complaint', recorded, why };
}
