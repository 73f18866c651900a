import type { Fields } from '@tributary/model';
import type { Tx } from '../platform/database/pool.ts';
import type { Recorder } from './recorder.ts';
import type { Schema } from './schema.ts';
import { writeActivities } from './write-activities.ts';

/** Something that a timeline is to say, of somebody who is held. */
export interface Told {
  personId: string;
  activityId: string;
  attributes: Fields;
  source: string;
}

/** What `record` does with activities of known people, without looking at the people. */
export async function tell(
  tx: Tx,
  recorder: Recorder,
  of: { workspaceId: number; schema: Schema; now: Date },
  told: readonly Told[],
): Promise<void> {
  if (told.length === 0) return;
  const happenings = told.map(({ personId, activityId, attributes, source }) => {
    const definition = of.schema.activities.get(activityId);
    if (!definition || definition.touch) throw new Error(`${activityId} can not be told without looking at the people`);
    const { definitionId } = definition;
    return { personId, activityId, definitionId, attributes, source, occurredAt: of.now, key: undefined };
  });
  await writeActivities(tx, recorder, of, happenings, [], []);
}
