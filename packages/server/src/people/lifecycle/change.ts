import type { Fields } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';
import { leave } from '../../platform/news.ts';
import { deleteMembershipsOf } from '../accounts/store/member.sql.ts';
import { keyValue } from '../check.ts';
import { forgetIdentity } from '../identity/forget.ts';
import { parkKeys, unparkKeys } from '../identity/store/parked.sql.ts';
import type { Schema } from '../schema.ts';
import { findByKeys, insertKeys, keyText } from '../store/identity.sql.ts';
import { deleteKeysOf, deletePeople, updateToArchived, updateToRestored } from '../store/lifecycle.sql.ts';
import { updateMarks } from '../store/suppression.sql.ts';
import type { ChangeKind } from './selection.ts';

/** A change that is made to people whom the transaction holds, and the news of it. */
export async function changePeople(
  tx: Tx,
  of: { workspaceId: number; schema: Schema; now: Date; source: string },
  kind: ChangeKind,
  people: readonly { id: string; fields: Fields }[],
): Promise<void> {
  if (people.length === 0) return;
  const { workspaceId, now } = of;
  const ids = people.map(({ id }) => id);
  if (kind === 'archive') {
    await updateToArchived(tx, workspaceId, ids, of.source, now);
    // Ortto does not recognise who is archived: the same address that comes again is somebody new (help, archiving).
    await parkKeys(tx, workspaceId, ids);
    leave(tx, now, 'people.archived', { workspaceId, ids });
  } else if (kind === 'restore') {
    await updateToRestored(tx, workspaceId, ids, now);
    // A key that somebody else has got meanwhile stays with them; the value is in the field all the same.
    await insertKeys(tx, workspaceId, keysOf(people, of.schema));
    await unparkKeys(tx, workspaceId, ids);
    // The list may have changed while they were away.
    await updateMarks(tx, workspaceId, ids);
    leave(tx, now, 'people.restored', { workspaceId, ids });
  } else {
    await deleteKeysOf(tx, workspaceId, ids);
    await deletePeople(tx, workspaceId, ids);
    await deleteMembershipsOf(tx, workspaceId, ids);
    const former = await forgetIdentity(tx, workspaceId, ids);
    const keys = [...keysOf(people, of.schema), ...former.keys];
    const others = await findByKeys(tx, workspaceId, keys);
    const own = keys.filter((key) => !others.has(keyText(key))).map(({ fieldId, value }) => ({ fieldId, value }));
    leave(tx, now, 'people.deleted', { workspaceId, ids: [...ids, ...former.ids], keys: own });
  }
  // Who looks at people's fields, as audiences do, has to look again.
  if (kind !== 'delete') leave(tx, now, 'people.recorded', { workspaceId, activities: [], changed: ids });
}

function keysOf(people: readonly { id: string; fields: Fields }[], schema: Schema) {
  const keyFields = [...schema.fields.values()].filter((field) => field.isKey);
  return people.flatMap(({ id, fields }) =>
    keyFields.flatMap((field) => {
      const value = keyValue(field, fields[field.id]);
      return value === undefined ? [] : [{ fieldId: field.id, value, personId: id }];
    }),
  );
}
