import { z } from 'zod';
import type { Problem } from '../../filter/filter.ts';
import { common, type ShapeModel } from './common.ts';

/** A part of people, in percent of the whole. */
export const share = z.number().min(0).max(100);

/** Shares of one whole, each with a name of its own. */
export function problemsWithShares(at: string, parts: readonly { name: string; share: number }[]): Problem[] {
  const total = parts.reduce((sum, part) => sum + part.share, 0);
  const names = new Set(parts.map(({ name }) => name));
  return [
    ...(Math.abs(total - 100) > 1e-6 ? [{ at, problem: `the shares add up to ${total} %, not to 100 %` }] : []),
    ...(names.size < parts.length ? [{ at, problem: 'two of them have the same name' }] : []),
  ];
}

/**
 * Sends each person one of several ways by chance. Whoever comes here again goes the same way again. With `level`, ways
 * that are behind their share are taken first, so that few people already come near to the shares.
 */
export const splitShape = z.strictObject({
  ...common,
  kind: z.literal('split'),
  branches: z
    .array(z.strictObject({ name: z.string().min(1).max(100), share, next: z.string() }))
    .min(2)
    .max(10),
  level: z.boolean().default(false),
});
export type SplitShape = z.infer<typeof splitShape>;

export const split: ShapeModel<SplitShape> = {
  ways: ({ branches }) => branches.map(({ name, next }) => ({ to: next, label: name })),
  problems: ({ branches }) => problemsWithShares('branches', branches),
};
