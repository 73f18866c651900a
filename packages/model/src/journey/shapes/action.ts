import { z } from 'zod';
import { doing, leadsOn, type ShapeModel } from './common.ts';

/**
 * Asks a connector to do something, such as a task in Kommo. Texts in `input`
 * are Liquid. How it went is on the timeline.
 */
export const actionShape = z.strictObject({
  ...doing,
  kind: z.literal('action'),
  connector: z.string().min(1),
  action: z.string().min(1),
  input: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text, a number, true or false' }),
  ),
  next: z.string(),
});
export type ActionShape = z.infer<typeof actionShape>;

export const action: ShapeModel<ActionShape> = leadsOn;
