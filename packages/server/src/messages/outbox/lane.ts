import type { LaneName } from '../types.ts';
import type { Loaded } from './prepare.ts';
import type { Result } from './settle.ts';

/** A line that messages stand in, with the way by which they leave. Lanes know nothing of each other. */
export interface Lane {
  readonly name: LaneName;
  /** How many messages it carries at the same time. */
  readonly capacity: number;
  /** Until when nothing is to be sent; undefined when it is open. */
  closedUntil(): Date | undefined;
  /** The last try found nobody: let one through, to see. */
  readonly doubtful: boolean;
  /**
   * Makes what is sent and hands it over. Never rejects: every outcome is a value. One that has to wait before it can be
   * handed over asks whether what the rules said still holds.
   */
  deliver(loaded: Loaded, isStale: () => boolean): Promise<Result>;
}
