import { publicId } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';
import { updateAccountOfPeople } from '../accounts/store/member.sql.ts';
import { returnMemberships } from '../accounts/store/united.sql.ts';
import { updateMarks } from '../store/suppression.sql.ts';
import { ANONYMOUS_ID } from './anonymous.ts';
import { findCurrent } from './find.ts';
import { deleteAlias, findAliases } from './store/alias.sql.ts';
import {
  findMergeOf,
  insertAbsorbed,
  listSnapshots,
  lockMerge,
  type MergeRow,
  returnActivities,
  returnKeys,
  type Snapshot,
  updateSnapshots,
  updateToSeparated,
} from './store/merge.sql.ts';
import { lockWhole, updateWhole } from './store/whole.sql.ts';
import { type Stage, separated } from './two-again.ts';
import { tell, type Work } from './unite.ts';

/** For so long two people can be separated again. */
export const SEPARABLE_MS = 30 * 24 * 3600 * 1000;

/**
 * Undoes a merge: the absorbed is back as they were, with their keys and their
 * activities, and whatever has come since stays with the survivor.
 */
export async function separate(
  work: Work,
  asked: { survivor: string; mergeId: string; by: string },
): Promise<MergeRow> {
  const { tx, workspaceId, now } = work;
  const merge = await lockMerge(tx, workspaceId, asked.mergeId);
  const survivor = (await findCurrent(tx, workspaceId, [asked.survivor])).get(asked.survivor);
  const aliases = await findAliases(tx, workspaceId, [merge?.survivor ?? '0']);
  if (!merge || !survivor || (aliases.get(merge.survivor) ?? merge.survivor) !== survivor.id) {
    throw new UserError(
      'merge_not_found',
      'this person has no such merge: GET /api/people/{id}/merges lists them',
      404,
    );
  }
  if (merge.separatedAt) throw new UserError('merge_undone', 'these two have been separated before', 409);
  if (merge.survivor !== survivor.id) {
    const later = await findMergeOf(tx, workspaceId, merge.survivor);
    throw new UserError(
      'merge_buried',
      `the survivor of this merge has become somebody else since: undo ${later ? publicId(later.mergeId, 'merge') : 'that'} first`,
      409,
    );
  }
  const [person] = await lockWhole(tx, workspaceId, [merge.survivor]);
  const isKey = (id: string): boolean => work.schema.fields.get(id)?.isKey === true;
  const stages = (await listSnapshots(tx, merge.survivor)).map((snapshot) => stageOf(snapshot, isKey));
  if (
    !stages.some(({ mergeId }) => mergeId === merge.mergeId) ||
    !person ||
    now.getTime() - merge.mergedAt.getTime() > SEPARABLE_MS
  ) {
    throw new UserError('merge_too_old', 'what is needed to separate two people is kept for 30 days', 409);
  }
  await updateToSeparated(tx, merge.mergeId, now);
  const without = separated(person, stages, merge.mergeId, isKey);
  await updateWhole(tx, workspaceId, without.survivor, now);
  await updateSnapshots(tx, without.stages);
  await insertAbsorbed(tx, merge.mergeId);
  await returnKeys(tx, workspaceId, merge);
  // The list may have changed while their address was another name of the survivor's.
  await updateMarks(tx, workspaceId, [merge.absorbed]);
  await returnActivities(tx, merge);
  await returnMemberships(tx, merge);
  await updateAccountOfPeople(tx, workspaceId, [merge.survivor, merge.absorbed], now);
  await deleteAlias(tx, workspaceId, merge);
  await tell(work, 'act::separated', merge, [merge.survivor, merge.absorbed], asked.by);
  return { ...merge, separatedAt: now };
}

function stageOf({ mergeId, keyFields, before, after, absorbed }: Snapshot, isKey: (id: string) => boolean): Stage {
  const anonymous = keyFields.every((id) => id === ANONYMOUS_ID) && !Object.keys(absorbed.fields).some(isKey);
  return { mergeId, before, after, absorbed: { person: absorbed, anonymous } };
}
