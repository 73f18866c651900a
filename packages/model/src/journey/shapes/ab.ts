import { z } from 'zod';
import { sendingRules } from '../../sending.ts';
import { duration } from '../duration.ts';
import { doing, leadsOn, type ShapeModel } from './common.ts';
import { problemsWithShares, share } from './split.ts';

/**
 * An e-mail in several versions. Each person gets one by chance, by the shares, until one of them has won: by what is
 * said in `decide`, or because somebody says so. From then on everybody gets that one.
 */
export const abShape = z.strictObject({
  ...doing,
  kind: z.literal('ab'),
  variants: z
    .array(z.strictObject({ name: z.string().min(1).max(100), template: z.string().min(1), share }))
    .min(2)
    .max(10),
  /** Absent: somebody decides by hand. */
  decide: z
    .strictObject({
      by: z.enum(['opened', 'clicked']),
      /** Counted from the first mail of any of them. */
      after: duration,
      /** Not before so many of each have been sent. */
      sent: z.number().int().min(1).default(100),
    })
    .optional(),
  sending: sendingRules.optional(),
  next: z.string(),
});
export type AbShape = z.infer<typeof abShape>;

export const ab: ShapeModel<AbShape> = {
  ...leadsOn,
  problems: ({ variants }) => [
    ...problemsWithShares('variants', variants),
    // Figures are told apart by the template.
    ...(new Set(variants.map(({ template }) => template)).size < variants.length
      ? [{ at: 'variants', problem: 'two of them have the same template' }]
      : []),
  ],
};
