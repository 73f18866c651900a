import { type Db, transaction } from '../../platform/database/pool.ts';
import { insertEnrolment } from '../store/enrolment.sql.ts';
import { lockScheduled, updateNextAt } from '../store/entry.sql.ts';
import type { Versions } from '../versions.ts';
import { lastWithin, nextAfter } from './cron.ts';
import { type Enrolling, sizeOf } from './enrolment.ts';

/**
 * Calls in the people of a journey whose moment has come: an enrolment, made once whatever the number of processes. Of
 * moments that were missed the last is made up for, and the enrolment says how many there were. False when none is due.
 */
export async function scheduleTurn(o: Enrolling & { db: Db; versions: Versions }, now: Date): Promise<boolean> {
  return transaction(o.db, async (tx) => {
    const due = await lockScheduled(tx, now);
    if (!due) return false;
    const { entry } = (await o.versions.get(tx, due.id, due.version)).definition;
    if (entry.kind !== 'schedule') {
      await updateNextAt(tx, due.id, null);
      return true;
    }
    const last = lastWithin(entry, due.nextAt, now);
    if (last) {
      const { audience, filter } = entry;
      const total = await sizeOf(tx, o, due.workspaceId, { audience, filter });
      const of = { workspaceId: due.workspaceId, journeyId: due.id, askedBy: 'schedule', total, audience, filter };
      await insertEnrolment(tx, { ...of, occursAt: last.at, missed: last.before }, now);
    }
    await updateNextAt(tx, due.id, nextAfter(entry, now) ?? null);
    return true;
  });
}
