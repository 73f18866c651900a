import type { Journeys, PeopleCounts, RunCounts } from '../journeys/index.ts';
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
  /** Runs, and those of them that reached the goal. */
  entered: number;
  goals: number;
  /** Whose runs these are, and who of them reached it. */
  people: number;
  reached: number;
  /** Of people: by them it was drawn who is held out. */
  conversion: Estimate | undefined;
}

export async function reportOn(
  db: Queryable,
  o: { journeys: Journeys; messages: Messages },
  journeyId: number,
): Promise<JourneyReport> {
  const runs = (await o.journeys.counts(db, [journeyId])).get(journeyId)!;
  const people = await o.journeys.peopleCounts(db, journeyId);
  const of = (isHeldOut: boolean): Group =>
    group(
      runs.find((count) => count.heldOut === isHeldOut),
      people.find((count) => count.heldOut === isHeldOut),
    );
  const [treated, heldOut] = [of(false), of(true)];
  return {
    inside: sum(runs, 'inside'),
    parked: sum(runs, 'parked'),
    treated,
    heldOut,
    lift: treated.conversion && heldOut.conversion ? difference(treated.conversion, heldOut.conversion) : undefined,
    messages: await o.messages.countsByJourney(db, journeyId),
  };
}

function group(runs: RunCounts | undefined, own: PeopleCounts | undefined): Group {
  const { entered = 0, goals = 0 } = runs ?? {};
  const { people = 0, reached = 0 } = own ?? {};
  return { entered, goals, people, reached, conversion: proportion(reached, people) };
}

function sum(runs: readonly RunCounts[], what: 'inside' | 'parked'): number {
  return runs.reduce((total, run) => total + run[what], 0);
}
