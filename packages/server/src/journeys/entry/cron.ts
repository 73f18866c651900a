import { Cron } from 'croner';

/** More missed moments than these are not counted. */
const COUNTED_MAX = 1000;
const KEPT_MAX = 500;
const kept = new Map<string, Cron>();

/** When something happens again and again: five fields, as crontab reads them, on the wall clock of a time zone. */
export interface Schedule {
  cron: string;
  timezone: string;
}

/** What is wrong with it, if anything is. */
export function problemWithSchedule(schedule: Schedule): string | undefined {
  try {
    return read(schedule).nextRun(new Date(0)) === null ? `"${schedule.cron}" never comes` : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `"${schedule.cron}" can not be read: ${why}`;
  }
}

/** The first moment after another; undefined where there is none any more. */
export function nextAfter(schedule: Schedule, after: Date): Date | undefined {
  return read(schedule).nextRun(after) ?? undefined;
}

/**
 * The last of the moments from one to another, both included, and how many before it there were; undefined where there is
 * none.
 */
export function lastWithin(schedule: Schedule, from: Date, to: Date): { at: Date; before: number } | undefined {
  // It is asked for what was before a moment.
  const [at] = read(schedule).previousRuns(1, new Date(to.getTime() + 1));
  if (!at || at < from) return undefined;
  let before = 0;
  const past = new Date(from.getTime() - 1);
  for (let each = nextAfter(schedule, past); each && each < at && before < COUNTED_MAX; before++)
    each = nextAfter(schedule, each);
  return { at, before };
}

function read({ cron, timezone }: Schedule): Cron {
  const key = `${cron} ${timezone}`;
  const known = kept.get(key);
  if (known) return known;
  // A time that the clock leaves out comes right after the gap, and one that it has twice comes once.
  const made = new Cron(cron, { timezone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(key, made);
  return made;
}
