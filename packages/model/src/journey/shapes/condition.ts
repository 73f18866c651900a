import { z } from 'zod';
import type { Filter } from '../../filter/filter.ts';

/** Two ways on: one where the filter holds for the person and what they did in this run, one where it does not. */
export const conditionShape = z.strictObject({
  kind: z.literal('condition'),
  if: z.custom<Filter>((value) => value !== undefined, 'a condition needs an "if"'),
  yes: z.string(),
  no: z.string(),
});
export type ConditionShape = z.infer<typeof conditionShape>;
