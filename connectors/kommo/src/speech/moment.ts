const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

const day = (at: Date) => `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;

/** "23 Nov 2026, 21:04:11 UTC". To the second: it tells two notes apart, see `lookUp`. */
export function toTheSecond(at: Date): string {
  return `${day(at)}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} UTC`;
}

/** "23 Nov 2026 21:04 UTC", for a field that people sort and skim. */
export function toTheMinute(at: Date): string {
  return `${day(at)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
}
