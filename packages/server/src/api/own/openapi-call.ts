import type { z } from 'zod';
import type { Refusals } from '../openapi-answers.ts';
import type { Json } from '../openapi-schema.ts';
import type { Tag } from '../openapi-tags.ts';

/** A call of our own, for the description of the API. */
export interface OwnCall {
  tag: Tag;
  operationId: string;
  /** A few words, as a list of calls shows them. */
  summary: string;
  /** What has to be known beside the fields of its body. Markdown. */
  description?: string;
  query?: z.ZodType;
  body?: { schema: z.ZodType; example: Json };
  /** The body is a file, as it is. */
  file?: string;
  /** Of which type, where it is no CSV. */
  fileType?: string;
  /** What is answered: JSON, or text of a type; nothing where it is left out. */
  answer?: Json | { type: string; text: string };
  status?: 200 | 201 | 202 | 204;
  /** By status, the words of one. */
  refusals?: Refusals;
}

export type OwnCalls = Readonly<Record<string, Readonly<Record<string, OwnCall>>>>;
