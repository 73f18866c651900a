import { z } from 'zod';
import type { Filter } from '../filter/filter.ts';
import { sendingRules } from '../sending.ts';
import { duration, durationMs } from './duration.ts';
import { journeyEntry } from './entry.ts';
import { modelOf, shape } from './shapes/index.ts';

/** What ends a run beside the exits: without a filter, because it is asked of every run alike. */
const leaving = z.strictObject({
  /** Whoever unsubscribes from all e-mail. */
  unsubscribed: z.boolean().default(false),
  /** Whoever has been at one shape for so long. */
  still: duration.optional(),
});

const SHAPE_ID = 'the id of a shape has 1 to 64 of a to z, 0 to 9 and -, and does not begin with -';

/**
 * A journey: who enters, what lets them go, what it is for, and the graph of
 * shapes between. `shapes` is keyed by shape id; `start` names the first.
 */
export const journeyDefinition = z.strictObject({
  name: z.string().trim().min(1).max(255),
  description: z.string().max(4000).optional(),
  entry: journeyEntry,
  /** The run ends as soon as one of these holds. */
  exits: z.array(z.custom<Filter>()).default([]),
  leave: leaving.optional(),
  goal: z
    .strictObject({
      name: z.string().min(1),
      when: z.custom<Filter>(),
      /** So long from entering it counts for the journey; 90 days where nothing is said. */
      for: duration.optional(),
    })
    .optional(),
  /** The share of people, 0 to 1, who enter but get nothing, so that the report has something to compare with. */
  holdOut: z.number().min(0).max(0.9).default(0),
  /** For all that it sends, over the workspace's rules; a shape may say otherwise. */
  sending: sendingRules.optional(),
  start: z.string(),
  shapes: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, SHAPE_ID), shape),
});
export type JourneyDefinition = z.infer<typeof journeyDefinition>;

const GOAL_COUNTS = { days: 90 } as const;

/** So many milliseconds after entering, the goal no longer counts for the journey. */
export function goalWindowMs({ goal }: Pick<JourneyDefinition, 'goal'>): number {
  return durationMs(goal?.for ?? GOAL_COUNTS);
}

export interface PlacedFilter {
  at: string;
  filter: Filter;
}

/** The filters that are asked of a run, with their places: exits, goal and shapes. */
export function filtersOf(journey: JourneyDefinition): PlacedFilter[] {
  const inShapes = Object.entries(journey.shapes).flatMap(([id, step]) =>
    (modelOf(step).filters?.(step) ?? []).map(({ at, filter }) => ({ at: `shapes.${id}.${at}`, filter })),
  );
  return [
    ...journey.exits.map((filter, i) => ({ at: `exits[${i}]`, filter })),
    ...(journey.goal ? [{ at: 'goal.when', filter: journey.goal.when }] : []),
    ...inShapes,
  ];
}

/** The filters that are asked of a person who would enter. */
export function entryFiltersOf({ entry }: JourneyDefinition): PlacedFilter[] {
  const filters: PlacedFilter[] = [];
  const add = (at: string, filter: Filter | undefined): number | false =>
    filter !== undefined && filters.push({ at, filter });
  if ('person' in entry) add('entry.person', entry.person);
  if (entry.kind === 'filter' || entry.kind === 'schedule') add('entry.filter', entry.filter);
  return filters;
}
