import type { CheckedItem } from '../check.ts';
import { type Directory, type Holder, namedKeysOf, type Subject } from '../resolve.ts';
import type { Conflict } from './store/duplicate.sql.ts';

export type { Conflict } from './store/duplicate.sql.ts';

/** Whether an item gives more than one of the keys it is found by: most give one, and are done with. */
export function namesSeveral({ who, fields }: CheckedItem): boolean {
  return 'by' in who && who.by.length > 1 && who.by.filter((id) => fields[id] !== undefined).length > 1;
}

/**
 * The others that an item names beside its person. An anonymous id is no such
 * sign: several people may sit at one machine.
 */
export function conflictsOf(item: CheckedItem, subject: Subject, byKey: Directory['byKey']): Conflict[] {
  return namedKeysOf(item).flatMap((key) => {
    const other = byKey(key);
    return other === undefined || other === subject
      ? []
      : [{ personId: subject.row.id, otherId: other.row.id, fieldId: key.fieldId }];
  });
}

/**
 * An item without the values by which it has found its person and which are
 * another name of theirs: they say who is meant, not that the one the profile
 * has is out of date. Two sources, each with an address of its own for one
 * person, would else write over each other for ever.
 */
export function withoutOtherNames<S extends Subject<Holder>>(
  item: CheckedItem,
  subject: S,
  directory: Directory<S>,
): CheckedItem {
  const names = namedKeysOf(item).filter(
    (key) =>
      subject.row.fields[key.fieldId] !== undefined && directory.isOtherName(key) && directory.byKey(key) === subject,
  );
  if (names.length === 0) return item;
  const ids = new Set(names.map((key) => key.fieldId));
  return { ...item, fields: Object.fromEntries(Object.entries(item.fields).filter(([id]) => !ids.has(id))) };
}
