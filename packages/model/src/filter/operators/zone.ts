/** What is said of a time zone that there is not. */
export function noTimezone(name: unknown): string {
  return typeof name === 'string' ? `there is no time zone "${name}"` : 'expected the name of a time zone';
}
