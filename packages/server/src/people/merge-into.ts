import { type Fields, mergeFields } from '@tributary/model';
import { trackedChanges } from './catalog/tracked.ts';
import type { CheckedItem } from './check.ts';
import { builtInHappening, type Happening } from './happening.ts';
import { permissionChanges, withDefaultPermissions } from './permission.ts';
import type { Subject } from './resolve.ts';
import type { Schema } from './schema.ts';
import { isSameAddress } from './suppression/mark.ts';
import { HARD_BOUNCED } from './touched.ts';

/** Merges an item's fields into its person. Returns what the change of permissions, and of fields that are tracked, adds to the timeline. */
export function mergeInto(
  subject: Subject,
  item: CheckedItem,
  isNew: boolean,
  of: { schema: Schema; now: Date },
): Happening[] {
  const { row } = subject;
  const given = isNew ? withDefaultPermissions(item.fields) : item.fields;
  const how = {
    strategy: isNew ? 2 : (item.strategy ?? 2),
    ...(item.clear && !isNew ? { clear: item.clear } : {}),
  } as const;
  const before = row.fields;
  const merged = mergeFields(before, given, how);
  if (merged === before) return [];
  const after = withoutMarks(before, merged);
  subject.changed = true;
  const changes = permissionChanges(before, after, item, of.now);
  row.fields = changes.length === 0 ? after : Object.assign({}, after, ...changes.map((change) => change.fields));
  for (const { activityId } of changes) {
    if (activityId === 'act::s-all') row.subscribedAt = of.now;
    if (activityId === 'act::u-all') row.unsubscribedAt = of.now;
  }
  if (isNew && after['bol::p'] === true) row.subscribedAt = of.now;
  const tracked = isNew || of.schema.tracked.length === 0 ? [] : trackedChanges(before, after, of.schema.tracked);
  return [...changes, ...tracked]
    .filter((change) => change.activityId !== item.activity?.id)
    .map(({ activityId, attributes }) => builtInHappening(subject, { activityId, attributes }, item.source, of));
}

/** That nobody has the address (`bol::hb`) is said of the address: another one has not bounced. */
function withoutMarks(before: Fields, after: Fields): Fields {
  const { [HARD_BOUNCED]: marked, ...rest } = after;
  return marked !== true || before[HARD_BOUNCED] !== true || isSameAddress(before['str::email'], after['str::email'])
    ? after
    : rest;
}
