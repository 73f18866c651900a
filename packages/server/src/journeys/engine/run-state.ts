import type { Fields } from '@tributary/model';

/** A run as the engine takes it up and lays it down. */
export interface RunState {
  id: string;
  personId: string;
  journeyId: number;
  version: number;
  /** The activity that started it, or the number of what else did. */
  entryActivityId: string;
  entryAt: Date;
  entry: Fields;
  shapeId: string | null;
  enteredAt: Date;
  /** When it came to its shape: what delays count from. */
  arrivedAt: Date;
  dueAt: Date | null;
  /** The activities and the fields that make the engine look sooner. */
  listens: readonly string[];
  memory: RunMemory;
  heldOut: boolean;
  /** Kept where it is, because the journey is paused or the shape switched off. */
  held: boolean;
  /** Somebody's try, which figures leave out. */
  test: boolean;
  leftAt: Date | null;
  leftReason: string | null;
  goalAt: Date | null;
  endedAt: Date | null;
  parkedError: string | null;
}

/** What a run remembers on its way. */
export interface RunMemory {
  /** How often it jumped back, by the shape of the jump. */
  jumps?: Readonly<Record<string, number>>;
  /**
   * Of the shape it stands at: when it asked for what it waits to hear of, how often, and as which shape, if it had another
   * id then; and that it has told when it tries again.
   */
  asked?: { at: string; times: number; as?: string; told?: true } | undefined;
  /** Standing still counts from then, where it was kept at its shape: it has not stood there by itself. */
  stillSince?: string | undefined;
  /** It is to go on from this shape without doing what that says. */
  moveOn?: string | undefined;
  /** It is to leave, for this reason. */
  end?: string;
  /** How many journeys sent it on to the next before it came here. */
  depth?: number;
}
