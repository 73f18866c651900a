import type { Filter } from '@tributary/model';
import { z } from 'zod';
import { page } from './page.schema.ts';

const text = z.string().max(1000);
const name = text.trim().min(1).max(255);
/** What it may say is for the room to judge. */
export const filter = z
  .record(z.string(), z.json())
  .meta({ component: 'Filter' })
  .transform((given) => given as Filter);

const shown = {
  public_name: text.optional(),
  public_description: text.optional(),
  is_public: z.boolean().optional(),
  sms_is_public: z.boolean().optional(),
};

/** `POST /api/audiences`. */
export const audienceBody = z.strictObject({
  name,
  filter: filter.describe('Who belongs: as `person/get` takes it'),
  exit_filter: filter.nullish().describe('Who leaves, and does not come in while it holds'),
  ...shown,
});

/** `PATCH /api/audiences/{id}`: what is not given stays; no exit filter any more is `null`. */
export const audienceChangeBody = z.strictObject({
  name: name.optional(),
  filter: filter.optional(),
  exit_filter: filter.nullish(),
  archived: z.boolean().optional(),
  ...shown,
});

export const audiencesQuery = z.object({
  q: text.optional(),
  archived: z.enum(['true', 'false']).optional(),
  ...page,
});
