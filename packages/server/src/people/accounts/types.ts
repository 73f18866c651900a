import type { ActivityInput, Fields, FindStrategy, MergeStrategy } from '@tributary/model';

/** One line of what `accounts.record` takes: which account, what is known of it, and what happened there. */
export interface AccountItem {
  who: { accountId: string } | { by: readonly string[]; find?: FindStrategy };
  fields: Fields;
  strategy?: MergeStrategy;
  /** Never make an account. */
  existingOnly?: boolean;
  clear?: readonly string[];
  tags?: readonly string[];
  unsetTags?: readonly string[];
  activity?: ActivityInput;
  /** It tells of what is long past: its activity can be dated back as far as 1990. */
  history?: true;
  source: string;
}

/** What became of one item. `error` items changed nothing. */
export type AccountOutcome =
  | { accountId: string; status: 'created' | 'merged' | 'untouched'; activityId?: string; duplicate?: true }
  | { status: 'invalid' | 'not_found'; error: string };
