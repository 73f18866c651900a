import { z } from 'zod';
import type { Filter } from '../filter/filter.ts';

/** A filter that has to be there. What is right in it, `checkJourney` says. */
export const filterPart = (name: string) =>
  z.custom<Filter>((value) => value !== undefined, `there has to be a filter under "${name}"`);

/** A time of day, "09:00". */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time of day like 09:00');
