import { atWall, type EntryOf, type Filter, type JourneyEntry, today } from '@tributary/model';

const DAY_MS = 24 * 3600 * 1000;
/** A day of 23 hours is not stepped over by so much. */
const HALF_DAY_MS = DAY_MS / 2;

/** For whom the entry holds, where an audience is kept for the sake of it: who enters that, enters the journey. */
export function keptFilterOf(entry: JourneyEntry): Filter | undefined {
  if (entry.kind === 'filter') return entry.filter;
  return entry.kind === 'date' ? dayFilter(entry) : undefined;
}

/** Those whose day it was so many days ago, and who are as the entry asks. */
export function pastDayFilter(entry: EntryOf<'date'>, daysAgo: number): Filter {
  const day = dayFilter({ ...entry, days: entry.days + daysAgo });
  return entry.person === undefined ? day : { $and: [day, entry.person] };
}

/** Those whose day it is. A time is asked for its day as well, so the operators are those of dates. */
function dayFilter({ field, days, every, timezone }: EntryOf<'date'>): Filter {
  const asked = { field_id: field, timezone };
  if (every !== 'year') return { '$dtz::relative_exactly': { ...asked, days_ago: days } };
  return {
    $and: [
      { '$dtz::anniversary': { ...asked, days: -days } },
      // The day itself is no anniversary of it, nor is any day before.
      { '$dtz::relative_more_than': { ...asked, days_ago: days } },
    ],
  };
}

/** When runs of a day begin next, after a moment. */
export function nextDayAfter(entry: EntryOf<'date'>, after: Date): Date {
  // A day may have 25 hours: then the moment a day later lies in it as well.
  const days = [0, 1, 2, 3, 4].map((n) => dayOf(entry, new Date(after.getTime() + n * HALF_DAY_MS)).begins);
  return days.find((begins) => begins > after)!;
}

/** A day of the entry's time zone: its number, which names what starts a run of that day, and when runs of it begin. */
export function dayOf({ at, timezone }: EntryOf<'date'>, moment: Date): { number: number; begins: Date } {
  const midnight = today(moment, timezone).getTime();
  const [hours, minutes] = at.split(':').map(Number) as [number, number];
  return {
    number: Math.round(midnight / DAY_MS),
    begins: atWall(new Date(midnight + (hours * 60 + minutes) * 60_000), timezone),
  };
}
