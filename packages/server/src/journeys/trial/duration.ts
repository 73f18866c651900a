import { durationMs } from '@tributary/model';

const UNITS: Readonly<Record<string, number>> = {
  w: 7 * 24 * 3600_000,
  d: 24 * 3600_000,
  h: 3600_000,
  m: 60_000,
  s: 1000,
};
const PART =
  /^(\d+(?:\.\d+)?)\s*(weeks?|w|days?|d|hours?|h|minutes?|mins?|m|seconds?|secs?|s)(?:\s*(?:,|and)\s*|\s+|$)/i;

/** “1 day”, “2 hours 30 minutes”, “90s” in milliseconds; undefined where it is none. */
export function durationFrom(text: string): number | undefined {
  let rest = text.trim();
  let ms = 0;
  if (rest === '') return undefined;
  while (rest !== '') {
    const [part, number, unit] = PART.exec(rest) ?? [];
    if (part === undefined) return undefined;
    ms += Number(number) * UNITS[unit!.charAt(0).toLowerCase()]!;
    rest = rest.slice(part.length);
  }
  return ms;
}

/** “3 days”, “2 hours 30 minutes”: the two largest parts of it; “at once” where it is nothing. */
export function durationInWords(ms: number): string {
  const parts: string[] = [];
  let left = Math.round(ms / 1000) * 1000;
  for (const [unit, size] of [
    ['day', durationMs({ days: 1 })],
    ['hour', durationMs({ hours: 1 })],
    ['minute', durationMs({ minutes: 1 })],
    ['second', 1000],
  ] as const) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
    left -= count * size;
  }
  return parts.slice(0, 2).join(' ') || 'at once';
}
