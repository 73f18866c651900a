import type { EntryOf, JourneyEntry } from '@tributary/model';
import { type Db, transaction } from '../../platform/database/pool.ts';
import { type EnrolmentWho, insertEnrolment } from '../store/enrolment.sql.ts';
import { lockScheduled, updateNextAt } from '../store/entry.sql.ts';
import type { Versions } from '../versions.ts';
import { lastWithin, nextAfter } from './cron.ts';
import { type Enrolling, sizeOf } from './enrolment.ts';
import { dayOf, nextDayAfter, pastDayFilter } from './kept.ts';

const HOUR_MS = 3600 * 1000;

/**
 * Calls in the people of a journey whose moment has come: an enrolment, made once whatever the number of processes. Of
 * moments that were missed the last is made up for, and the enrolment says how many there were. False when none is due.
 */
export async function scheduleTurn(o: Enrolling & { db: Db; versions: Versions }, now: Date): Promise<boolean> {
  return transaction(o.db, async (tx) => {
    const due = await lockScheduled(tx, now);
    if (!due) return false;
    const { entry } = (await o.versions.get(tx, due.id, due.version)).definition;
    const call = callOf(entry, due.nextAt, now);
    if (call) {
      const { workspaceId, id: journeyId } = due;
      const { at: occursAt, before: missed, ...who } = call;
      const total = await sizeOf(tx, o, workspaceId, who);
      await insertEnrolment(tx, { workspaceId, journeyId, askedBy: entry.kind, total, ...who, occursAt, missed }, now);
    }
    await updateNextAt(tx, due.id, nextCallOf(entry, now));
    return true;
  });
}

/** When it is looked next whether somebody is to be called in; null for entries that nobody is called in by. */
export function nextCallOf(entry: JourneyEntry, after: Date): Date | null {
  if (entry.kind === 'date') return nextDayAfter(entry, after);
  return entry.kind === 'schedule' ? (nextAfter(entry, after) ?? null) : null;
}

type Call = EnrolmentWho & { at: Date; before: number };

/** Whom an entry calls in for the sake of moments that have come since it was to be looked. */
function callOf(entry: JourneyEntry, since: Date, now: Date): Call | undefined {
  if (entry.kind === 'date') return missedDay(entry, since, now);
  const last = entry.kind === 'schedule' ? lastWithin(entry, since, now) : undefined;
  return last && entry.kind === 'schedule' ? { ...last, audience: entry.audience, filter: entry.filter } : undefined;
}

/**
 * On their day, people come by the audience that is kept for it. One through which nothing ran is made up for here, the
 * last where there were several; who had begun it is not let in twice, for the day is what starts the run.
 */
function missedDay(entry: EntryOf<'date'>, since: Date, now: Date): Call | undefined {
  const over = dayOf(entry, now).number - dayOf(entry, since).number;
  if (over < 1) return undefined;
  const midnight = dayOf({ ...entry, at: '00:00' }, now).begins;
  const at = dayOf(entry, new Date(midnight.getTime() - HOUR_MS)).begins;
  return { at, before: over - 1, filter: pastDayFilter(entry, 1) };
}
