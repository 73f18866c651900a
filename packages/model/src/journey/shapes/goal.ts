import { z } from 'zod';
import { common, leadsOn, type ShapeModel } from './common.ts';

/** Whoever comes here has reached the journey's goal. */
export const goalShape = z.strictObject({
  ...common,
  kind: z.literal('goal'),
  name: z.string().min(1),
  next: z.string(),
});
export type GoalShape = z.infer<typeof goalShape>;

export const goal: ShapeModel<GoalShape> = leadsOn;
