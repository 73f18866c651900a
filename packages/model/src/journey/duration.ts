import { z } from 'zod';

/** Longer than any journey; far below where dates end. */
const DURATION_MAX_MS = 3650 * 24 * 3600 * 1000;

/** A length of time; its parts add up. */
export const duration = z
  .strictObject({
    days: z.number().min(0).optional(),
    hours: z.number().min(0).optional(),
    minutes: z.number().min(0).optional(),
    seconds: z.number().min(0).optional(),
  })
  .refine((d) => durationMs(d) > 0, 'a duration is longer than nothing')
  .refine((d) => durationMs(d) <= DURATION_MAX_MS, 'a duration is at most ten years');
export type Duration = z.infer<typeof duration>;

/** A duration in milliseconds. */
export function durationMs(d: {
  days?: number | undefined;
  hours?: number | undefined;
  minutes?: number | undefined;
  seconds?: number | undefined;
}): number {
  const hours = (d.days ?? 0) * 24 + (d.hours ?? 0);
  return ((hours * 60 + (d.minutes ?? 0)) * 60 + (d.seconds ?? 0)) * 1000;
}
