import { z } from 'zod';
import type { Filter } from '../../filter/filter.ts';
import { isLong, weeklyWindowParts } from '../../time/weekly-window.ts';
import { personOrTimezone } from '../../time/zone.ts';
import { duration } from '../duration.ts';
import { timeOfDay } from '../parts.ts';
import { common, type ShapeModel } from './common.ts';

/** The hours of some days of the week in which people go on; otherwise they wait for the next. */
const within = z
  .strictObject({ ...weeklyWindowParts, timezone: personOrTimezone.default('person') })
  .refine(isLong, { path: ['to'], error: '"to" is the same as "from": the whole day is 00:00 to 24:00' });

/**
 * Waits: for a time, until a date that is known of the person, until it is the right time of the week, or for several of
 * these one after the other. Where `unless` comes true first, goes on at once. A date that is not known, or past, is no wait.
 */
export const delayShape = z.strictObject({
  ...common,
  kind: z.literal('delay'),
  for: duration.optional(),
  until: z
    .strictObject({
      /** A field of the person, or an attribute of what started the run, that holds a date or a time. */
      field: z.string().min(1),
      of: z.enum(['person', 'entry']).default('person'),
      /** So many days after it; before it, where negative. */
      days: z.number().int().min(-3650).max(3650).default(0),
      at: timeOfDay.optional(),
      timezone: personOrTimezone.default('person'),
    })
    .optional(),
  within: within.optional(),
  unless: z.custom<Filter>().optional(),
  next: z.string(),
});
export type DelayShape = z.infer<typeof delayShape>;

export const delay: ShapeModel<DelayShape> = {
  // One that something can end is no rest: once that has happened, it no longer waits.
  ways: (shape) => [{ to: shape.next, rests: shape.for !== undefined && !shape.unless }],
  filters: ({ unless }) => (unless ? [{ at: 'unless', filter: unless }] : []),
  fields: ({ until, within }) => [
    ...(until?.of === 'person' ? [until.field] : []),
    ...([until, within].some((part) => part?.timezone === 'person') ? ['str::lt'] : []),
  ],
  problems: (shape) =>
    shape.for || shape.until || shape.within ? [] : [{ at: 'for', problem: 'a delay has "for", "until" or "within"' }],
};
