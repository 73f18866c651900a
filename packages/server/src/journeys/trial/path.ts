import type { Explained, ExplainedCondition, Fields, ShapeKind } from '@tributary/model';
import type { Delivery, Waits } from './scene.ts';

/** Something that a simulation tells: a move of the run, an event of the script, or a message that had waited. */
export type PathEntry = MoveEntry | EventEntry | OutboxEntry;

export interface MoveEntry {
  at: Date;
  shape: string | null;
  kind?: ShapeKind | undefined;
  title?: string | undefined;
  /** As it would stand on the timeline. */
  did: string;
  /** The filters that settled it, with the values that were looked at. */
  decided?: Decided[];
  /** Where chance decides: which way, and by what. */
  chose?: { name: string; by: string };
  message?: Delivery;
  action?: ActionEntry;
  change?: ChangeEntry;
  pass?: { do: 'add' | 'remove'; journey: string };
}

export interface Decided {
  /** Where the filter stands in the journey. */
  at: string;
  holds: boolean;
  why: Explained | ExplainedCondition;
}

export interface ActionEntry {
  connector: string;
  action: string;
  /** With its texts rendered. */
  input: Readonly<Record<string, string | number | boolean>>;
  failed?: string;
}

export interface ChangeEntry {
  set: Fields;
  clear: readonly string[];
  add: readonly string[];
  remove: readonly string[];
  /** Why it would not be written, if it would not. */
  refused?: string;
}

export interface EventEntry {
  at: Date;
  event: string;
  /** The run listens to it, and looks at once. */
  noticed: boolean;
}

/** A message that waited is taken up again: it is sent, is not, or waits on. */
export interface OutboxEntry {
  at: Date;
  shape: string;
  kind?: ShapeKind | undefined;
  title?: string | undefined;
  /** What becomes of it, in a sentence. */
  outbox: string;
  message: Delivery;
}

/** How it ended, or how far it went. */
export interface PathEnd {
  state: 'left' | 'inside' | 'parked';
  at: Date;
  shape: string | null;
  title?: string | undefined;
  reason?: string;
  /** Why it goes no further. */
  stopped?: string;
  goal_at?: Date;
  /** What is known of the person then and was not so at the beginning. */
  fields: Record<string, { before: unknown; after: unknown }>;
  /** Messages that still wait then, whether the run has left or not. */
  waiting: { shape: string; title?: string | undefined; waits: Waits }[];
  /** Events of the script that did not come about, and why. */
  missed: { event: string; why: string }[];
}

export interface Path {
  path: PathEntry[];
  end: PathEnd;
}
