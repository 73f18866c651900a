/** A time, and behind it what says where on earth it is that late. */
const NAMES_A_ZONE = /\d:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]m)?\s*(?:z|gmt|utc|[ecmp][sd]t|[+-]\d{2}:?\d{2})/i;
/** JavaScript reads these as UTC, and all others without a zone as the machine's time. */
const ISO_DAY = /^\d{4}(?:-\d{2}){1,2}$/;

/**
 * What a text says that names a day, or a time without a zone: the wall clock, as if it were UTC. Undefined where it names
 * a moment, or nothing that can be read. Digits alone are seconds since 1970, to Liquid.
 */
export function wallClock(text: string): Date | undefined {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed) || NAMES_A_ZONE.test(trimmed)) return undefined;
  const read = new Date(trimmed);
  if (Number.isNaN(read.getTime())) return undefined;
  if (ISO_DAY.test(trimmed)) return read;
  const wall = new Date(0);
  wall.setUTCFullYear(read.getFullYear(), read.getMonth(), read.getDate());
  wall.setUTCHours(read.getHours(), read.getMinutes(), read.getSeconds(), read.getMilliseconds());
  return wall;
}
