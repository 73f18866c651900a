import { z } from 'zod';
import { doing, leadsOn, type ShapeModel } from './common.ts';

/** Puts the person into another journey, by its name, with what started this run; or ends their runs there. */
export const journeyShape = z.strictObject({
  ...doing,
  kind: z.literal('journey'),
  do: z.enum(['add', 'remove']),
  journey: z.string().min(1),
  next: z.string(),
});
export type JourneyShape = z.infer<typeof journeyShape>;

export const journey: ShapeModel<JourneyShape> = leadsOn;
