import type { Fields } from '@tributary/model';
import type { Subject } from './resolve.ts';
import type { Schema } from './schema.ts';
import type { NewActivity } from './store/activity.sql.ts';

/** One activity that is to be written, and the item it came with when it came with one. */
export interface Happening extends Omit<NewActivity, 'id'> {
  activityId: string;
  item?: number;
}

/** An activity that follows from a change, rather than being told. */
export function builtInHappening(
  subject: Subject,
  what: { activityId: string; attributes: Fields },
  source: string,
  of: { schema: Schema; now: Date },
): Happening {
  const { definitionId } = of.schema.activities.get(what.activityId)!;
  return { personId: subject.row.id, ...what, definitionId, occurredAt: of.now, source, key: undefined };
}
