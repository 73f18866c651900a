import { z } from 'zod';
import { filterPart } from '../parts.ts';
import { common, type ShapeModel } from './common.ts';

const NO_BRANCH = 'none of them';

/** Several ways on, tried in their order: the first whose filter holds, or `otherwise`. */
export const branchShape = z.strictObject({
  ...common,
  kind: z.literal('branch'),
  branches: z
    .array(z.strictObject({ name: z.string().min(1).max(100), if: filterPart('if'), next: z.string() }))
    .min(1)
    .max(20),
  otherwise: z.string(),
});
export type BranchShape = z.infer<typeof branchShape>;

export const branch: ShapeModel<BranchShape> = {
  ways: ({ branches, otherwise }) => [
    ...branches.map(({ name, next }) => ({ to: next, label: name })),
    { to: otherwise, label: NO_BRANCH },
  ],
  filters: ({ branches }) => branches.map((each, i) => ({ at: `branches[${i}].if`, filter: each.if })),
};
