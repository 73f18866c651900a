import { conditionsOf, type Facts, type Filter, leafOf, type Prepared, prepare } from '@tributary/model';

const LAST_SEEN = 'l';

/** What a filter asks of when somebody was seen last, each condition alone. */
export function conditionsOnLastSeen(filter: Filter): Prepared[] {
  return conditionsOf(filter)
    .filter((condition) => leafOf(condition)!.fieldId === LAST_SEEN)
    .map(prepare);
}

/** What a filter is asked about of somebody who was seen last at that moment, in milliseconds since 1970. */
export function lastSeenAt(ms: number, now: Date): Facts {
  return { fields: { [LAST_SEEN]: ms }, now };
}

/**
 * Whether somebody who is seen again may look different to an audience. It is what happens most, and nearly never
 * matters: whoever was seen an hour ago was seen within thirty days before and after. They are to be judged where a
 * condition holds now and did not before, or the other way round, and where time could change it sooner than was known.
 */
export function looksDifferent(
  { fields, lastSeen }: { fields: ReadonlySet<string>; lastSeen: readonly Prepared[] },
  before: Facts,
  after: Facts,
): boolean {
  if (!fields.has(LAST_SEEN)) return false;
  // Asked, but by nothing that could be asked here.
  if (lastSeen.length === 0) return true;
  return lastSeen.some((condition) => {
    return condition.holds(before) !== condition.holds(after) || condition.next(after) < condition.next(before);
  });
}
