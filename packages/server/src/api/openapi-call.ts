import type { z } from 'zod';
import type { Refusals } from './openapi-answers.ts';
import type { Mark } from './openapi-example.ts';
import type { Json } from './openapi-schema.ts';
import type { Tag } from './openapi-tags.ts';

/** A call of Ortto's, for the description of the API. */
export interface Call {
  method?: 'put' | 'delete';
  tag: Tag;
  /** A few words, as a list of calls shows them. */
  summary: string;
  /** What has to be known beside the fields of its body. Markdown. */
  description?: string;
  body: z.ZodType;
  example: Json;
  /** By an example, with marks where it can be otherwise. */
  answer: Json | readonly Json[] | Mark;
  /** Refusals beside those that every call has: by status, the words of one. */
  refusals?: Refusals;
}
