import { atWall } from '../time/at-wall.ts';
import { wall } from '../time/zone.ts';
import type { Value } from '../value.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 24 * 3600 * 1000];

/**
 * The moment that a date or a time names, so many days of the calendar after it, at a time of day or at its own; dates
 * begin with midnight. Undefined where the value is neither.
 */
export function momentOf(
  value: Value | undefined,
  { days = 0, at, timezone }: { days?: number; at?: string | undefined; timezone: string },
): Date | undefined {
  const shown = shownBy(value, timezone);
  if (shown === undefined) return undefined;
  const midnight = Math.floor(shown / DAY_MS) * DAY_MS;
  const time = at === undefined ? shown - midnight : minutesOf(at) * MINUTE_MS;
  return atWall(new Date(midnight + days * DAY_MS + time), timezone);
}

/** What the wall clock of the zone shows at that time, or the midnight of that date; as if it were UTC. */
function shownBy(value: Value | undefined, timezone: string): number | undefined {
  if (typeof value === 'string') {
    const moment = new Date(value);
    return Number.isNaN(moment.getTime()) ? undefined : wall(moment, timezone).getTime();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { year, month, day } = value as Record<string, unknown>;
  if (typeof year !== 'number' || typeof month !== 'number' || typeof day !== 'number') return undefined;
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
