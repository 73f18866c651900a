import { z } from 'zod';
import { timeframes } from './timeframe.ts';

/** `PUT /v1/person/archive|restore`, `DELETE /v1/person/delete` (recorded). */
export const selectionBody = z
  .object({
    inclusion_ids: z.array(z.string()).nullish().describe('Their ids'),
    exclusion_ids: z.array(z.string()).nullish().describe('With `all_rows_selected`: all but these'),
    all_rows_selected: z.boolean().nullish().describe('All of them'),
  })
  .refine(({ inclusion_ids, all_rows_selected }) => inclusion_ids || all_rows_selected, {
    message: 'who? (or all_rows_selected)',
    path: ['inclusion_ids'],
  })
  .meta({ anyOf: [{ required: ['inclusion_ids'] }, { required: ['all_rows_selected'] }] });

/** Of a page: what lies outside of its bounds counts as not said, as Ortto has it for people (help, a-258). */
const limit = (max: number, otherwise: number) =>
  z
    .number()
    .nullish()
    .transform((given) => (given && given >= 1 && given <= max ? Math.floor(given) : otherwise));
const offset = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .nullish()
  .transform((given) => given ?? 0)
  .describe('How many to leave out');

const HISTORY_MAX = 50;

/** `POST /v1/person/get/activities` (Ortto help, a-773; recorded). */
export const historyBody = z.object({
  person_id: z.string(),
  activities: z.array(z.string()).nullish().describe('Of which kinds; all where it is not said'),
  limit: limit(HISTORY_MAX, HISTORY_MAX).describe('1 to 50; 50 where it is not said or out of that'),
  offset,
  timeframe: z
    .object({ type: z.enum(timeframes) })
    .nullish()
    .describe('`all` where it is not said'),
});

/** `POST /v1/suppression-list/email/get` (Ortto help, a-836). */
export const suppressionListBody = z.object({
  limit: limit(500, 50).describe('1 to 500; 50 where it is not said or out of that'),
  offset,
  sort: z
    .enum(['email', 'created_at', ''])
    .nullish()
    .transform((given) => given || 'created_at'),
  sort_order: z
    .enum(['asc', 'desc', ''])
    .nullish()
    .transform((given) => given || 'desc'),
});

/** `PUT /v1/suppression-list/email/add`, and `remove` (Ortto help, a-836). */
export const addressesBody = z.object({
  emails: z.array(z.string()).min(1, 'no emails').max(1000, 'more than 1000 emails').describe('In any case'),
});
