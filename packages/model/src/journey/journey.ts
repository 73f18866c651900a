import { z } from 'zod';
import type { Filter } from '../filter/filter.ts';
import { activitiesIn } from '../filter/matches.ts';
import { shape } from './shapes/index.ts';

/**
 * A journey: who enters, what lets them go, what it is for, and the graph of
 * shapes between. `shapes` is keyed by shape id; `start` names the first.
 */
export const journeyDefinition = z.strictObject({
  name: z.string().trim().min(1).max(255),
  entry: z.strictObject({
    activity: z.string().startsWith('act:'),
    /** On the attributes of the activity. */
    filter: z.custom<Filter>().optional(),
    /** On the fields of the person. */
    person: z.custom<Filter>().optional(),
    /** One run at a time per value of this attribute, such as one per deal; without it one per person. */
    key: z.string().optional(),
  }),
  /** The run ends as soon as one of these holds. */
  exits: z.array(z.custom<Filter>()).default([]),
  goal: z.strictObject({ name: z.string().min(1), when: z.custom<Filter>() }).optional(),
  /** The share of people, 0 to 1, who enter but get nothing, so that the report has something to compare with. */
  holdOut: z.number().min(0).max(0.9).default(0),
  start: z.string(),
  shapes: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), shape),
});
export type JourneyDefinition = z.infer<typeof journeyDefinition>;

/** Every filter in a journey that looks at what a person does after they entered, with its place. */
export function filtersOf(journey: JourneyDefinition): { at: string; filter: Filter }[] {
  const inShapes = Object.entries(journey.shapes).flatMap(([id, step]) => {
    if (step.kind === 'delay') return step.unless ? [{ at: `shapes.${id}.unless`, filter: step.unless }] : [];
    return step.kind === 'condition' ? [{ at: `shapes.${id}.if`, filter: step.if }] : [];
  });
  return [
    ...journey.exits.map((filter, i) => ({ at: `exits[${i}]`, filter })),
    ...(journey.goal ? [{ at: 'goal.when', filter: journey.goal.when }] : []),
    ...inShapes,
  ];
}

/** The activities whose occurrence can change the way of a run. */
export function activitiesAskedBy(journey: JourneyDefinition): string[] {
  return [...new Set(filtersOf(journey).flatMap(({ filter }) => activitiesIn(filter)))];
}
