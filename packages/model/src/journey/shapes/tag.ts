import { z } from 'zod';
import { doing, leadsOn, type ShapeModel } from './common.ts';

const names = z.array(z.string().min(1).max(255)).default([]);

/** Gives the person tags, and takes tags away; one that is given and taken, is taken. */
export const tagShape = z.strictObject({
  ...doing,
  kind: z.literal('tag'),
  add: names,
  remove: names,
  next: z.string(),
});
export type TagShape = z.infer<typeof tagShape>;

export const tag: ShapeModel<TagShape> = {
  ...leadsOn,
  problems: ({ add, remove }) => (add.length + remove.length === 0 ? [{ at: 'add', problem: 'no tag is named' }] : []),
};
