import type { Tree } from '../webhooks/encode.ts';

/** One thing that happened, as a webhook would tell it. */
export interface Change {
  group: 'leads' | 'contacts' | 'task';
  action: 'add' | 'update' | 'delete' | 'restore' | 'status' | 'responsible' | 'note';
  /** A destination that asked for any of these names gets it, once. */
  settings: readonly string[];
  /** The item as it stands when the act is over; called only when somebody listens. */
  item(): Tree;
}

/** Who does something, when, and where to tell what changed. */
export interface Act {
  by: number;
  at: number;
  tell(change: Change): void;
}

export type Publish = (changes: readonly Change[], together: boolean) => void;
