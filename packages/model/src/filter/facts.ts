import type { Fields } from '../value.ts';
import type { Filter, Leaf } from './filter.ts';
import type { Happened } from './happened.ts';
import type { MembershipOperator } from './operators/index.ts';

/** What a filter is asked about. */
export interface Facts {
  /**
   * Values by field id, as on the wire; those that the server keeps (`l`, `tags` …) included where filters ask them. A time
   * may be a number as well, of milliseconds since 1970.
   */
  fields: Fields;
  now: Date;
  /** Ids of those who have become this person, where filters ask for the person's id (`str::person_id`); as outside. */
  formerIds?: readonly string[];
  /** What started the run, in a journey: where a condition asks it. */
  entry?: Fields;
  /** What the person did of the kind a condition names, oldest first, within the scope of whoever asks. */
  activities?: (condition: Leaf) => readonly Happened[];
  /** Answers to conditions that were found elsewhere, such as by the database; undefined: it is to be found here. */
  known?: (condition: Filter) => boolean | undefined;
  /** What other rooms say of the person: audiences, campaigns. */
  member?: (operator: MembershipOperator, id: string) => boolean;
}

/** A filter that has been read once, to be asked about many. */
export interface Prepared {
  holds(facts: Facts): boolean;
  /** The next moment after now, in milliseconds, at which time alone may change the answer. Sometimes too early, never too late. */
  next(facts: Facts): number;
}
