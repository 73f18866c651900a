import { z } from 'zod';
import { template } from './template.ts';

/** A journey and the templates it sends, in one file. The journey itself is checked by `checkJourney`. */
export const playbook = z.strictObject({
  journey: z.unknown(),
  templates: z.record(z.string().min(1).max(255), template),
});
export type Playbook = z.infer<typeof playbook>;
