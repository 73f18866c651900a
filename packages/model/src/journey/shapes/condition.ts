import { z } from 'zod';
import { filterPart } from '../parts.ts';
import { common, type ShapeModel } from './common.ts';

/** Two ways on: one where the filter holds for the person and what they did in this run, one where it does not. */
export const conditionShape = z.strictObject({
  ...common,
  kind: z.literal('condition'),
  if: filterPart('if'),
  yes: z.string(),
  no: z.string(),
});
export type ConditionShape = z.infer<typeof conditionShape>;

export const condition: ShapeModel<ConditionShape> = {
  ways: ({ yes, no }) => [
    { to: yes, label: 'yes' },
    { to: no, label: 'no' },
  ],
  filters: (shape) => [{ at: 'if', filter: shape.if }],
};
