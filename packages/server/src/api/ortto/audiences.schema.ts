import { z } from 'zod';
import { orElse } from './schemas.ts';

/** As many as a request may name (Ortto help, a-235: records of a request). */
const PEOPLE_MAX = 100;

const text = z.string().max(255);

/** `POST /v1/audiences/get` (recorded). A limit out of range is the default of 40, which is the most. */
export const audiencesGetBody = z.object({
  search_term: text.nullish().describe('A part of the name'),
  with_filter: z.boolean().nullish().describe('Each with its filter'),
  limit: z.number().nullish().describe('1 to 40; 40 where it is not said or out of that'),
  offset: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .nullish()
    .describe('How many to leave out'),
  archived: z.boolean().nullish().describe('Those that are archived'),
  retention: z.boolean().nullish().describe('Passed over'),
});

const named = {
  person_id: text.nullish().describe('Who it is: one of the three is enough'),
  email: text.nullish(),
  external_id: text.nullish(),
};

/** `PUT /v1/audience/subscribe` (recorded). */
export const subscribeBody = z.object({
  audience_id: z.string(),
  people: z
    .array(
      z.object({
        ...named,
        subscribed: z.boolean().nullish().describe('Gets its e-mail'),
        sms_opted_in: z.boolean().nullish().describe('Gets its SMS'),
      }),
    )
    .min(1, 'no people')
    .max(PEOPLE_MAX, `more than ${PEOPLE_MAX} people`),
  async: orElse(z.boolean(), false),
});

/** `POST /v1/person/subscriptions` (recorded). */
export const subscriptionsBody = z.object({
  people: z.array(z.object(named)).min(1, 'no people').max(PEOPLE_MAX, `more than ${PEOPLE_MAX} people`),
});
