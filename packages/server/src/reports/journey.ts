import type { ComparedCounts, Journeys } from '../journeys/index.ts';
import type { MessageCounts, Messages } from '../messages/index.ts';
import type { Queryable } from '../platform/database/pool.ts';
import { difference, type Estimate, proportion } from './interval.ts';

/** What a journey did: its messages, and its goal among those who went through it and those held out. */
export interface JourneyReport extends Comparison {
  inside: number;
  parked: number;
  /** The same of each step that held somebody out: of those who came to it, by what they did from then on. */
  atSteps: (Comparison & { shapeId: string })[];
  messages: MessageCounts;
}

export interface Comparison {
  treated: Group;
  heldOut: Group;
  /** How much more of the treated reached the goal than of the held out. */
  lift: Estimate | undefined;
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
  const atSteps = await o.journeys.comparedAtSteps(db, journeyId);
  const sum = (what: 'inside' | 'parked'): number => runs.reduce((total, run) => total + run[what], 0);
  return {
    inside: sum('inside'),
    parked: sum('parked'),
    ...comparison(await o.journeys.compared(db, journeyId)),
    atSteps: [...new Set(atSteps.map(({ shapeId }) => shapeId))].map((shapeId) => ({
      shapeId,
      ...comparison(atSteps.filter((each) => each.shapeId === shapeId)),
    })),
    messages: await o.messages.countsByJourney(db, journeyId),
  };
}

function comparison(counts: readonly ComparedCounts[]): Comparison {
  const of = (isHeldOut: boolean): Group => group(counts.find(({ heldOut }) => heldOut === isHeldOut));
  const [treated, heldOut] = [of(false), of(true)];
  const lift =
    treated.conversion && heldOut.conversion ? difference(treated.conversion, heldOut.conversion) : undefined;
  return { treated, heldOut, lift };
}

function group(counts: ComparedCounts | undefined): Group {
  const { entered = 0, goals = 0, people = 0, reached = 0 } = counts ?? {};
  return { entered, goals, people, reached, conversion: proportion(reached, people) };
}
