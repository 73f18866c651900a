import type { Location } from './location.ts';
import type { Fields } from './value.ts';

/** 1 fills only empty fields, 2 overwrites, 3 leaves existing people untouched (Ortto help, a-257). */
export type MergeStrategy = 1 | 2 | 3;
/** 0 first key that finds anyone, 1 the next key only where the one before is empty, 2 all keys given must match. */
export type FindStrategy = 0 | 1 | 2;

/**
 * How an item finds its person: by id, or by up to three of the fields it carries, in that order. The value of one of
 * these fields is also looked for in its alternatives, after the field itself. An id that can be nobody's is kept as it
 * was `said`.
 */
export type Who =
  | { personId: string; said?: string }
  | { by: readonly string[]; find?: FindStrategy; alternatives?: Readonly<Record<string, readonly string[]>> };

/** Something that happened. The moment defaults to the moment of intake. */
export interface ActivityInput {
  id: string;
  attributes: Fields;
  at?: Date;
  /** The same key at the same moment is the same activity, recorded once (Ortto help, a-271). */
  key?: string;
}

/**
 * One line of what `people.record` takes, whatever source it comes from: who,
 * what is known of them, and what they did.
 */
export interface IntakeItem {
  who: Who;
  fields: Fields;
  strategy?: MergeStrategy;
  /** Never make a person. */
  existingOnly?: boolean;
  /** Make no person whose address, in this field, is on the suppression list. */
  unlessSuppressed?: string;
  clear?: readonly string[];
  tags?: readonly string[];
  unsetTags?: readonly string[];
  activity?: ActivityInput;
  /** Where the person was: sets what is known as their last location, and their time zone. */
  location?: Location;
  /** May write fields that nobody outside may, such as "Hard bounced". */
  ours?: true;
  /** A value that its field can not hold is left out, and the rest recorded: nobody is there to put it right. */
  lenient?: true;
  /** It tells of what is long past: its activity can be dated back as far as 1990. */
  history?: true;
  /** Comes from outside, where a person may do the same only so often on a day, if a limit is set. */
  limited?: true;
  /** Where it comes from, as timelines show it: "API", "Kommo", "Email". */
  source: string;
}

/** What became of one item. `error` items changed nothing. */
export type IntakeOutcome =
  | { personId: string; status: 'created' | 'merged' | 'untouched'; activityId?: string; duplicate?: true }
  | { status: 'invalid' | 'not_found' | 'suppressed'; error: string };
