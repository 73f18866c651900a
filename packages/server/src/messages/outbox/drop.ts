import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Db, transaction } from '../../platform/database/pool.ts';
import { updateToDropped } from '../store/uncertain.sql.ts';
import { DROPPED } from '../types.ts';
import { tell } from './tell.ts';

/** Lets go of an uncertain message, and says so on its person's timeline: whoever waits to hear of it goes on. False when it is not uncertain. */
export function dropUncertain(o: { db: Db; people: People; clock: Clock }, id: string): Promise<boolean> {
  return transaction(o.db, async (tx) => {
    const message = await updateToDropped(tx, id, DROPPED);
    if (!message) return false;
    const made = { channel: message.channel, name: message.template ?? '' };
    const item = tell(message, made, message, { was: 'not sent', reason: DROPPED }, o.clock.now());
    await o.people.recordIn(tx, message.workspaceId, [item]);
    return true;
  });
}
