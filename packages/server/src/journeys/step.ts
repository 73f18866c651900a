import type { Advanced } from './engine/advance.ts';
import type { RunState } from './engine/run-state.ts';
import type { Version } from './versions.ts';

/** A run before and after. */
export interface Step extends Advanced {
  before: RunState;
  version: Version;
}
