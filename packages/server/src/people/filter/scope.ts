import type { Parameters } from './parameters.ts';

/** Of whom a filter is asked, and when. */
export interface FilterScope {
  workspaceId: number;
  now: Date;
  parameters: Parameters;
  /** Few people are asked about, and each is looked up; otherwise everybody is gone through. */
  each: boolean;
  /** Activities that a machine did (`bol::m`) do not count. */
  withoutMachines?: boolean | undefined;
}
