import type { People } from '../../people/index.ts';
import { type Db, transaction } from '../../platform/database/pool.ts';
import type { Made } from '../made.ts';
import { dropUncertain } from '../store/uncertain.sql.ts';
import { tell } from './tell.ts';

const REASON = 'dropped by the operator, who could not tell whether it had arrived';

/** Lets go of an uncertain message, and says so on the person's timeline: a run may wait to hear. False when it is not uncertain. */
export function drop(o: { db: Db; people: People }, id: string, now: Date): Promise<boolean> {
  return transaction(o.db, async (tx) => {
    const message = await dropUncertain(tx, id, REASON);
    if (!message) return false;
    const { channel, template, workspaceId } = message;
    const made: Pick<Made, 'channel' | 'name'> = { channel, name: template ?? channel };
    await o.people.recordIn(tx, workspaceId, [tell(message, made, message, { was: 'not sent', reason: REASON }, now)]);
    return true;
  });
}
