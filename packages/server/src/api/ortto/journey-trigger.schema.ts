import { z } from 'zod';
import { fields, finding, mergeStrategy, records, text } from './schemas.ts';

/** `POST /v1/journeys/{id}/trigger`: **ours**, for Ortto has no such call. People as in `person/merge`. */
export const triggerBody = z.object({
  people: records(
    z
      .object({ person_id: text.nullish(), fields: fields.nullish(), merge_by: z.array(z.string()).max(3).nullish() })
      .refine(({ person_id, fields }) => person_id || fields, 'name a person by "person_id" or by "fields"')
      .meta({ anyOf: [{ required: ['person_id'] }, { required: ['fields'] }] }),
    'people',
  ),
  merge_by: z.array(z.string()).max(3).nullish(),
  merge_strategy: mergeStrategy,
  ...finding,
  /** What the runs are to know, by attribute id. */
  data: z.record(z.string(), z.json()).nullish(),
  idempotency_key: text.min(1).max(255).nullish(),
});
