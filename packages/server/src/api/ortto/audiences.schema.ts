import { isStorable } from '@tributary/model';
import { z } from 'zod';

/** As many as a request may name (Ortto help, a-235: records of a request). */
const PEOPLE_MAX = 100;

const text = z.string().max(255).refine(isStorable, 'can not hold U+0000 or half a surrogate pair');

/** `POST /v1/audiences/get` (recorded). A limit out of range is the default of 40, which is the most. */
export const audiencesGetBody = z.object({
  search_term: text.nullish(),
  with_filter: z.boolean().nullish(),
  limit: z.number().nullish(),
  offset: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .nullish(),
  archived: z.boolean().nullish(),
  retention: z.boolean().nullish(),
});

const named = { person_id: text.nullish(), email: text.nullish(), external_id: text.nullish() };

/** `PUT /v1/audience/subscribe` (recorded). */
export const subscribeBody = z.object({
  audience_id: z.string(),
  people: z
    .array(z.object({ ...named, subscribed: z.boolean().nullish(), sms_opted_in: z.boolean().nullish() }))
    .min(1, 'no people')
    .max(PEOPLE_MAX, `more than ${PEOPLE_MAX} people`),
  async: z.boolean().default(false),
});

/** `POST /v1/person/subscriptions` (recorded). */
export const subscriptionsBody = z.object({
  people: z.array(z.object(named)).min(1, 'no people').max(PEOPLE_MAX, `more than ${PEOPLE_MAX} people`),
});
