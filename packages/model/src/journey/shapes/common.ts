import { z } from 'zod';
import type { Filter, Problem } from '../../filter/filter.ts';
import { duration } from '../duration.ts';

/** What every shape may say. */
export const common = {
  /** What it is called in the builder and on timelines. */
  title: z.string().min(1).max(255).optional(),
  /** Switched off: people wait here until it is on again, and leave the journey by its exits. */
  off: z.literal(true).optional(),
};

/** What shapes that do something may say besides. */
export const doing = {
  ...common,
  /** How often for one person, in whatever runs of this journey; whoever has had it goes on. Absent: each time. */
  perPerson: z
    .union([z.literal('once'), z.strictObject({ every: duration })], {
      error: 'write once, or { every: { days: 30 } }',
    })
    .optional(),
  /**
   * What becomes of a run whose step fails: it goes on (`skip`, and it does not wait to hear how it went), it is tried
   * again up to three times and then goes on (`retry`), or the run ends (`exit`). Absent: it goes on.
   */
  onFailure: z.enum(['skip', 'retry', 'exit']).optional(),
};

export type PerPerson = z.infer<(typeof doing)['perPerson']>;

/** A way on from a shape: where to, and what it is called where there are several. */
export interface Way {
  to: string;
  label?: string;
  /** Whoever goes this way has always been kept for a while: a circle by it rests. */
  rests?: boolean;
}

/** What the model knows of a kind of shape, beside its data. */
export interface ShapeModel<Shape> {
  ways(shape: Shape): Way[];
  /** The filters in it, each with its place below the shape. */
  filters?(shape: Shape): { at: string; filter: Filter }[];
  /** The fields of the person it looks at beside its filters. */
  fields?(shape: Shape): string[];
  /** What is wrong with it by itself, each with the place below the shape. */
  problems?(shape: Shape): Problem[];
}

/** A shape with one way on. */
export const leadsOn = { ways: ({ next }: { next: string }): Way[] => [{ to: next }] };
