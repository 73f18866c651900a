const DAY = 24 * 3600 * 1000;

/** The time frames of `person/get/activities` (reference, 1.9). */
export const timeframes = [
  'last-24-hours',
  'last-7-days',
  'last-30-days',
  'today',
  'yesterday',
  'this-week',
  'this-month',
  'this-quarter',
  'this-year',
  'all',
] as const;

export type Timeframe = (typeof timeframes)[number];

/** From when, and until before when, a time frame lasts. Days begin at midnight UTC, weeks on Monday. */
export function spanOf(timeframe: Timeframe, now: Date): { from?: Date; to?: Date } {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const today = Date.UTC(year, month, day);
  switch (timeframe) {
    case 'last-24-hours':
      return { from: new Date(now.getTime() - DAY) };
    case 'last-7-days':
      return { from: new Date(now.getTime() - 7 * DAY) };
    case 'last-30-days':
      return { from: new Date(now.getTime() - 30 * DAY) };
    case 'today':
      return { from: new Date(today) };
    case 'yesterday':
      return { from: new Date(today - DAY), to: new Date(today) };
    case 'this-week':
      return { from: new Date(today - ((now.getUTCDay() + 6) % 7) * DAY) };
    case 'this-month':
      return { from: new Date(Date.UTC(year, month, 1)) };
    case 'this-quarter':
      return { from: new Date(Date.UTC(year, month - (month % 3), 1)) };
    case 'this-year':
      return { from: new Date(Date.UTC(year, 0, 1)) };
    case 'all':
      return {};
  }
}
