import type { Fields } from '../value.ts';
import type { Leaf } from './filter.ts';
import type { Happened } from './happened.ts';
import type { MembershipOperator } from './operators/index.ts';

/** What a filter is asked about. */
export interface Facts {
  /** Values by field id, as on the wire; those that the server keeps (`l`, `tags` …) included where filters ask them. */
  fields: Fields;
  now: Date;
  /** What the person did of the kind a condition names, oldest first, within the scope of whoever asks. */
  activities?: (condition: Leaf) => readonly Happened[];
  /** What other rooms say of the person: audiences, campaigns. */
  member?: (operator: MembershipOperator, id: string) => boolean;
}
