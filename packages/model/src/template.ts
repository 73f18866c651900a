import { z } from 'zod';

/** An e-mail template. Subject, bodies and preview are Liquid, with `people.…` and `activity.…` as in Ortto. */
export const template = z.strictObject({
  subject: z.string().min(1).max(998),
  html: z.string().min(1),
  /** Made from the HTML when left out. */
  text: z.string().optional(),
  fromName: z.string().max(255).optional(),
  fromEmail: z.email().optional(),
  replyTo: z.email().optional(),
});
export type Template = z.infer<typeof template>;
