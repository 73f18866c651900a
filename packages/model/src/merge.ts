import type { MergeStrategy } from './intake.ts';
import type { Fields, Value } from './value.ts';

/** A field that counts as empty: absent or null. "" and 0 are values (Ortto help, a-257). */
const isEmpty = (value: Value | undefined): boolean => value === undefined || value === null;

/**
 * A person's fields after a merge; the same object when nothing changes.
 * Fields not given stay, `null` clears under strategy 2, and a set of strings
 * grows unless it is cleared first (Ortto help, a-257 and a-649).
 */
export function mergeFields(
  current: Fields,
  given: Fields,
  how: { strategy: MergeStrategy; clear?: readonly string[] },
): Fields {
  if (how.strategy === 3) return current;
  const next: Record<string, Value> = { ...current };
  const set = (id: string, value: Value): void => {
    if (isEmpty(value)) delete next[id];
    else next[id] = value;
  };
  if (how.strategy === 2) for (const id of how.clear ?? []) set(id, null);
  for (const [id, value] of Object.entries(given)) {
    if (how.strategy === 1 && (isEmpty(value) || !isEmpty(next[id]))) continue;
    set(id, id.startsWith('sst:') && Array.isArray(value) ? union(next[id], value) : value);
  }
  const touched = [...(how.clear ?? []), ...Object.keys(given)];
  return touched.every((id) => sameValue(current[id], next[id])) ? current : next;
}

function union(current: Value | undefined, added: readonly string[]): readonly string[] {
  return [...new Set([...(Array.isArray(current) ? (current as string[]) : []), ...added])];
}

function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return canonical(a) === canonical(b);
}

/** jsonb does not keep the order of keys, so two equal objects may print differently. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}
