import { shownValue } from '@tributary/model';

/** A part that is one thing here and another there; undefined where it is missing. */
export interface Difference {
  at: string;
  before: unknown;
  after: unknown;
}

/** Where two pieces of JSON differ, each part once, the deepest that differs. */
export function differences(before: unknown, after: unknown, at = ''): Difference[] {
  if (canonical(before) === canonical(after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
    return keys.flatMap((key) => differences(before[key], after[key], at === '' ? key : `${at}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((each, i) => differences(each, after[i], `${at}[${i}]`));
  }
  return [{ at, before, after }];
}

export const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

/** `shapes.wait.atMost.days: 2 → 3` */
export function differenceInWords({ at, before, after }: Difference): string {
  if (before === undefined) return `${at}: new, ${shownValue(after)}`;
  return after === undefined ? `${at}: gone` : `${at}: ${shownValue(before)} → ${shownValue(after)}`;
}

/** The same for the same content, whatever the order of its keys. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1))) : inner,
    ) ?? 'nothing'
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
