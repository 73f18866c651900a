import { z } from 'zod';

/** Two people, in no order. */
export const pairBody = z.object({ people: z.tuple([z.string(), z.string()]).describe('Two ids, in any order') });
/** `POST /api/people/{id}/unite`. */
export const uniteBody = z.object({ absorb: z.string().describe('Who is taken in') });
/** `POST /api/people/{id}/separate`. */
export const separateBody = z.object({ merge_id: z.string().describe('Of the merge that is undone') });
/** Which part of a list. */
export const page = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});
