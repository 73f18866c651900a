import { z } from 'zod';
import { doing, leadsOn, type ShapeModel } from './common.ts';

/** Changes what is known of the person. Texts are Liquid; `clear` empties fields. */
export const updateShape = z.strictObject({
  ...doing,
  kind: z.literal('update'),
  set: z.record(z.string().min(1), z.json()).default({}),
  clear: z.array(z.string().min(1)).default([]),
  next: z.string(),
});
export type UpdateShape = z.infer<typeof updateShape>;

export const update: ShapeModel<UpdateShape> = {
  ...leadsOn,
  problems: ({ set, clear }) => [
    ...(Object.keys(set).length + clear.length === 0 ? [{ at: 'set', problem: 'nothing is changed' }] : []),
    ...clear.flatMap((id) => (Object.hasOwn(set, id) ? [{ at: 'clear', problem: `${id} is set as well` }] : [])),
  ],
};
