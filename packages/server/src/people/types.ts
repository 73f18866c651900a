import type { Fields } from '@tributary/model';

/** A person as the other rooms see one. */
export interface Person {
  id: string;
  fields: Fields;
  tags: readonly string[];
  createdAt: Date;
  lastSeenAt: Date | undefined;
  /** Set while the person is archived: no search finds them, no journey takes them, nothing is sent. */
  archivedAt: Date | undefined;
}

/** An activity as it stands on a timeline. */
export interface RecordedActivity {
  id: string;
  personId: string;
  activityId: string;
  occurredAt: Date;
  attributes: Fields;
  source: string | undefined;
}

/** How an activity is shown, as `definitions/activity/create` takes it (recorded). */
export interface DisplayStyle {
  type: 'activity' | 'activity_attribute' | 'activity_template';
  title?: string;
  attribute_name?: string;
  attribute_field_id?: string;
}
