import { z } from 'zod';

/** Sends the person an e-mail made from a template, and goes on without waiting for it to leave. */
export const emailShape = z.strictObject({
  kind: z.literal('email'),
  template: z.string().min(1).describe('The name of the template'),
  next: z.string(),
});
export type EmailShape = z.infer<typeof emailShape>;
