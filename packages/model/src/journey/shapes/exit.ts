import { z } from 'zod';
import { common, type ShapeModel } from './common.ts';

/** The end of a way through the journey. */
export const exitShape = z.strictObject({
  ...common,
  kind: z.literal('exit'),
  reason: z.string().min(1).default('completed'),
});
export type ExitShape = z.infer<typeof exitShape>;

export const exit: ShapeModel<ExitShape> = { ways: () => [] };
