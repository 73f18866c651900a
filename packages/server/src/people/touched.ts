import type { Subject } from './resolve.ts';

/** What goes with any change of a person, beside the fields themselves. */
const WITH_ANY_CHANGE = ['e', 's', 'u', 'tags', 'u4s::t'];
const WITH_SEEN = ['f', 'l'];

/** The fields that may have changed, those the server keeps included; none are named where somebody is new. */
export function fieldsTouched(subjects: readonly Subject[]): { fields?: string[] } {
  const touched = new Set<string>();
  for (const { row, before, isNew, changed, seen } of subjects) {
    if (isNew) return {};
    if (seen) for (const id of WITH_SEEN) touched.add(id);
    if (!changed) continue;
    for (const id of WITH_ANY_CHANGE) touched.add(id);
    for (const id of Object.keys(row.fields)) if (row.fields[id] !== before[id]) touched.add(id);
    for (const id of Object.keys(before)) if (!Object.hasOwn(row.fields, id)) touched.add(id);
  }
  return { fields: [...touched] };
}
