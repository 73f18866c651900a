import { z } from 'zod';
import type { Filter } from '../filter/filter.ts';
import { timezone } from '../time/zone.ts';

/** A filter that has to be there. What is right in it, `checkJourney` says. */
export const filterPart = (name: string) =>
  z.custom<Filter>((value) => value !== undefined, `there has to be a filter under "${name}"`);

/** A time zone by its name, or "person": that of the person where it is known, of the workspace otherwise. */
export const zone = z.union([z.literal('person'), timezone], {
  error: 'write person, or a time zone such as Europe/Berlin',
});

/** A time of day, "09:00". */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time of day like 09:00');
