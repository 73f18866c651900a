import { z } from 'zod';

/**
 * Asks a connector to do something, such as a task in Kommo. Texts in `input`
 * are Liquid. The run goes on at once; how it went is on the timeline.
 */
export const actionShape = z.strictObject({
  kind: z.literal('action'),
  connector: z.string().min(1),
  action: z.string().min(1),
  input: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  next: z.string(),
});
export type ActionShape = z.infer<typeof actionShape>;
