import type { DailyLimit } from './daily.ts';
import type { Ids } from './numbers.ts';
import type { Partitions } from './partitions.ts';

/** What recording takes its ids from, and what bounds it. */
export interface Recorder {
  personIds: Ids;
  activityIds: Ids;
  partitions: Partitions;
  /** How often somebody may do the same on a day, where that is limited. */
  daily?: DailyLimit | undefined;
}

/** Another transaction made the same new person at the same moment: start over, and find them. */
export class RaceLost extends Error {
  readonly code = '40001';
}
