import { z } from 'zod';
import { duration } from '../duration.ts';
import { filterPart } from '../parts.ts';
import { common, type ShapeModel } from './common.ts';

/** Waits until a filter holds, or at most for a time. */
export const waitShape = z.strictObject({
  ...common,
  kind: z.literal('wait'),
  until: filterPart('until'),
  atMost: duration.optional(),
  next: z.string(),
  /** Where those go for whom the time ran out; the same way as the others where it is not given. */
  timeout: z.string().optional(),
});
export type WaitShape = z.infer<typeof waitShape>;

export const wait: ShapeModel<WaitShape> = {
  ways: ({ next, timeout }) =>
    timeout === undefined
      ? [{ to: next }]
      : [
          { to: next, label: 'it happened' },
          { to: timeout, label: 'too late', rests: true },
        ],
  filters: ({ until }) => [{ at: 'until', filter: until }],
  problems: ({ atMost, timeout }) =>
    timeout !== undefined && !atMost ? [{ at: 'timeout', problem: 'without "atMost" nobody is ever too late' }] : [],
};
