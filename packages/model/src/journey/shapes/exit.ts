import { z } from 'zod';

/** The end of a way through the journey. */
export const exitShape = z.strictObject({
  kind: z.literal('exit'),
  reason: z.string().min(1).default('completed'),
});
export type ExitShape = z.infer<typeof exitShape>;
