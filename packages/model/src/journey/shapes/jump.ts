import { z } from 'zod';
import { common, type ShapeModel } from './common.ts';

/** Back to an earlier shape, so often in one run and no oftener; then on. */
export const jumpShape = z.strictObject({
  ...common,
  kind: z.literal('jump'),
  to: z.string(),
  atMost: z.number().int().min(1).max(100),
  next: z.string(),
});
export type JumpShape = z.infer<typeof jumpShape>;

export const jump: ShapeModel<JumpShape> = {
  ways: ({ to, atMost, next }) => [
    { to, label: `again, at most ${atMost} times` },
    { to: next, label: 'often enough' },
  ],
};
