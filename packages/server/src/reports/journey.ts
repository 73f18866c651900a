import type { Journeys, RunCounts } from '../journeys/index.ts';
import type { MessageCounts, Messages } from '../messages/index.ts';
import type { Queryable } from '../platform/database/pool.ts';
import { difference, type Estimate, proportion } from './interval.ts';

/** What a journey did: its messages, and its goal among those who went through it and those held out. */
export interface JourneyReport {
  inside: number;
  parked: number;
  treated: Group;
  heldOut: Group;
  /** How much more of the treated reached the goal than of the held out. */
  lift: Estimate | undefined;
  messages: MessageCounts;
}

export interface Group {
  entered: number;
  goals: number;
  conversion: Estimate | undefined;
}

export async function reportOn(
  db: Queryable,
  o: { journeys: Journeys; messages: Messages },
  journeyId: number,
): Promise<JourneyReport> {
  const runs = (await o.journeys.counts(db, [journeyId])).get(journeyId)!;
  const treated = group(runs.find((count) => !count.heldOut));
  const heldOut = group(runs.find((count) => count.heldOut));
  return {
    inside: sum(runs, 'inside'),
    parked: sum(runs, 'parked'),
    treated,
    heldOut,
    lift: treated.conversion && heldOut.conversion ? difference(treated.conversion, heldOut.conversion) : undefined,
    messages: await o.messages.countsByJourney(db, journeyId),
  };
}

function group(counts: RunCounts | undefined): Group {
  const { entered = 0, goals = 0 } = counts ?? {};
  return { entered, goals, conversion: proportion(goals, entered) };
}

function sum(runs: readonly RunCounts[], what: 'inside' | 'parked'): number {
  return runs.reduce((total, run) => total + run[what], 0);
}
