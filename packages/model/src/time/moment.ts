/** Years that PostgreSQL's times and a calendar have in common, written with four digits by everybody. */
const [YEAR_MIN, YEAR_MAX] = [1, 9999];

export const isYear = (year: number): boolean => year >= YEAR_MIN && year <= YEAR_MAX;

/** Whether the calendar has that day. */
export function isDay(year: number, month: number, day: number): boolean {
  // Not by Date.UTC, which takes the year 50 for 1950.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}

/** The moment that an RFC 3339 time names, or what is wrong with it. Without its zone it is UTC's, not the machine's. */
export function timeIn(text: string): { at: Date } | { problem: string } {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)T/.exec(text) ?? [];
  const at = new Date(/(z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  if (year === undefined || Number.isNaN(at.getTime())) {
    return { problem: 'expected an RFC 3339 time such as "2025-10-15T14:30:00Z"' };
  }
  // Which Date takes for the second of March.
  if (!isDay(Number(year), Number(month), Number(day))) return { problem: 'no such day' };
  return isYear(at.getUTCFullYear()) ? { at } : { problem: 'expected a time in the years 1 to 9999 of UTC' };
}
