import { NEVER } from './boundary.ts';
import { startOfDay } from './days.ts';
import type { Facts, Prepared } from './facts.ts';
import type { Leaf } from './filter.ts';
import { type Happened, type Occurrence, occurrenceOf, windowAt } from './happened.ts';
import { isWrong } from './operators/reading.ts';

/** No window of the calendar reaches further back than a year. */
const CALENDAR_MS = 370 * 24 * 3600 * 1000;

/** A condition about what somebody did; `where` says which of it counts. */
export function preparedOccurrence(leaf: Leaf, where: Prepared | undefined): Prepared {
  const read = readAt(leaf);
  const end = leaf.operator === '$act::first' ? 0 : leaf.operator === '$act::last' ? -1 : undefined;
  const not = leaf.operator === '$act::has_not_occurred';
  /** Those that count, oldest first. */
  const counted = (facts: Facts): Happened[] => {
    const all = facts.activities?.(leaf) ?? [];
    const one = end === undefined ? undefined : all.at(end);
    const { from, before } = read(facts.now);
    return (end === undefined ? all : one ? [one] : []).filter(({ at, attributes }) => {
      const moment = at.getTime();
      if (moment < from || moment >= before) return false;
      return where === undefined || where.holds({ fields: attributes, now: facts.now });
    });
  };
  return {
    holds(facts) {
      const times = counted(facts).length;
      if (end !== undefined) return times > 0;
      const { atLeast, atMost } = read(facts.now).occurrence;
      return (times >= atLeast && times <= atMost) !== not;
    },
    next(facts) {
      const { occurrence } = read(facts.now);
      const byWhere = where ? nextOfAttributes(where, leaf, facts) : NEVER;
      const { window, timezone } = occurrence;
      if (!window || 'from' in window) return byWhere;
      if ('ago' in window) return Math.min(byWhere, leaves(counted(facts), occurrence, end, window.ago));
      const recent = facts.now.getTime() - CALENDAR_MS;
      const any = (facts.activities?.(leaf) ?? []).some(({ at }) => at.getTime() > recent);
      return any ? Math.min(byWhere, startOfDay(facts.now, timezone, 1).getTime()) : byWhere;
    },
  };
}

/** When one leaves the window without which the count is another: counted from the newest. */
function leaves(counted: readonly Happened[], occurrence: Occurrence, end: number | undefined, ago: number): number {
  const { atLeast, atMost } = end === undefined ? occurrence : { atLeast: 1, atMost: NEVER };
  return [atLeast, atMost + 1].reduce((first, n) => {
    const one = n >= 1 && n <= counted.length ? counted[counted.length - n] : undefined;
    // One millisecond after it has left the window: moments are whole milliseconds here.
    return one ? Math.min(first, one.at.getTime() + ago + 1) : first;
  }, NEVER);
}

function nextOfAttributes(where: Prepared, leaf: Leaf, facts: Facts): number {
  const all = facts.activities?.(leaf) ?? [];
  return all.reduce(
    (first, { attributes }) => Math.min(first, where.next({ fields: attributes, now: facts.now })),
    NEVER,
  );
}

interface ReadAt {
  occurrence: Occurrence;
  from: number;
  before: number;
}

/** What a condition says at a moment. Many are asked about at one moment, so it is read once for each. */
function readAt(leaf: Leaf): (now: Date) => ReadAt {
  let last: { at: number; read: ReadAt } | undefined;
  return (now) => {
    if (last?.at === now.getTime()) return last.read;
    const occurrence = occurrenceOf(leaf.body, now);
    if (isWrong(occurrence)) throw new Error(`${occurrence.key}: ${occurrence.problem}`);
    const { from, before } = windowAt(occurrence, now);
    const read = { occurrence, from: from?.getTime() ?? -NEVER, before: before?.getTime() ?? NEVER };
    last = { at: now.getTime(), read };
    return read;
  };
}

/** From when on a condition has to know what somebody did; undefined: all of it. */
export function looksBackTo(leaf: Leaf, now: Date): Date | undefined {
  const occurrence = occurrenceOf(leaf.body, now);
  if (isWrong(occurrence)) throw new Error(`${occurrence.key}: ${occurrence.problem}`);
  const { window } = occurrence;
  if (!window || leaf.operator === '$act::first') return undefined;
  if ('ago' in window) return new Date(now.getTime() - window.ago);
  return 'from' in window ? window.from : new Date(now.getTime() - CALENDAR_MS);
}
