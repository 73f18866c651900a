import type { Fields, IntakeOutcome } from '@tributary/model';
import type { Tx } from '../platform/database/pool.ts';
import { leave } from '../platform/news.ts';
import type { Happening } from './happening.ts';
import type { Recorder } from './recorder.ts';
import type { Subject } from './resolve.ts';
import { insertActivities } from './store/activity.sql.ts';
import { fieldsTouched } from './touched.ts';

/** Writes what happened, and leaves the news of it and of whoever changed. */
export async function writeActivities(
  tx: Tx,
  recorder: Recorder,
  of: { workspaceId: number; now: Date; keysAreNew?: boolean; imported?: boolean },
  happenings: readonly Happening[],
  outcomes: IntakeOutcome[],
  subjects: readonly Subject[],
): Promise<void> {
  const moments = happenings.map((happening) => happening.occurredAt);
  await recorder.partitions.ensure(tx, moments);
  const ids = await recorder.activityIds.next(tx, moments);
  const rows = happenings.map((happening, i) => ({ ...happening, id: ids[i]! }));
  const written = await insertActivities(tx, of, rows);
  for (const { item, id } of rows) {
    const outcome = item === undefined ? undefined : outcomes[item];
    if (!outcome || !('personId' in outcome)) continue;
    if (written.has(id)) outcome.activityId = id;
    else outcome.duplicate = true;
  }
  const activities = rows
    .filter(({ id }) => written.has(id))
    .map(({ id, personId, activityId, occurredAt, attributes }) => {
      const at = occurredAt.toISOString();
      return { id, personId, activityId, at, ...campaignIn(activityId, attributes) };
    });
  const changed = subjects.filter((subject) => subject.changed).map((subject) => subject.row.id);
  if (activities.length > 0 || changed.length > 0) {
    leave(tx, of.now, 'people.recorded', {
      workspaceId: of.workspaceId,
      activities,
      changed,
      ...fieldsTouched(subjects),
      ...(of.imported && { imported: true as const }),
    });
  }
}

/** Who follows who is in which journey does not have to read what happened for it. */
function campaignIn(activityId: string, { 'idt::c': campaignId }: Fields): { campaignId?: string } {
  const tells = activityId === 'act::ej' || activityId === 'act::lj';
  return tells && typeof campaignId === 'string' ? { campaignId } : {};
}
