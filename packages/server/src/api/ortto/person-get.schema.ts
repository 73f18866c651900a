import { z } from 'zod';
import { text } from './schemas.ts';

const FIELDS_MAX = 150;
const IDS_MAX = 500;

/** What people and accounts are found by, alike. */
export const searching = {
  limit: z.number().nullish().describe('1 to 500; 50 where it is not said or out of that'),
  offset: z
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .nullish()
    .describe('How many to leave out; with a cursor it only counts on'),
  cursor_id: z.string().nullish().describe('Go on after this one, the `cursor_id` of the page before'),
  sort_by_field_id: z.string().nullish().describe('The newest first where it is not said'),
  sort_order: z.enum(['asc', 'desc', '']).nullish().describe('`desc` where it is not said'),
  fields: z
    .array(z.string())
    .max(FIELDS_MAX, `more than ${FIELDS_MAX} fields`)
    .nullish()
    .describe('Which fields to answer with; all there are where it is not said'),
  q: text.max(255).nullish().describe('Free text'),
  filter: z.json().meta({ component: 'Filter' }).nullish().describe('Whom it is true of'),
};

/** `POST /v1/person/get` (Ortto help, a-258). A limit out of range is the default of 50, not an error. */
export const personGetBody = z.object({
  ...searching,
  type: z.enum(['', 'archived']).nullish().describe('`archived`: those who are, whatever the filter says'),
});

/** `POST /v1/person/get-by-ids` (recorded). */
export const personGetByIdsBody = z.object({
  contact_ids: z.array(z.string()).max(IDS_MAX, `more than ${IDS_MAX} ids`),
  fields: z.array(z.string()).max(FIELDS_MAX, `more than ${FIELDS_MAX} fields`).nullish(),
});
