import { z } from 'zod';
import { text } from './schemas.ts';

const FIELDS_MAX = 150;
const IDS_MAX = 500;

/** `POST /v1/person/get` (Ortto help, a-258). A limit out of range is the default of 50, not an error. */
export const personGetBody = z.object({
  limit: z.number().nullish(),
  offset: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
  cursor_id: z.string().nullish(),
  sort_by_field_id: z.string().nullish(),
  sort_order: z.enum(['asc', 'desc', '']).nullish(),
  fields: z.array(z.string()).max(FIELDS_MAX, `more than ${FIELDS_MAX} fields`).nullish(),
  q: text.max(255).nullish(),
  type: z.enum(['', 'archived']).nullish(),
  filter: z.json().optional(),
});

/** `POST /v1/person/get-by-ids` (recorded). */
export const personGetByIdsBody = z.object({
  contact_ids: z.array(z.string()).max(IDS_MAX, `more than ${IDS_MAX} ids`),
  fields: z.array(z.string()).max(FIELDS_MAX, `more than ${FIELDS_MAX} fields`).nullish(),
});
