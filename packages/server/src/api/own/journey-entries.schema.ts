import { z } from 'zod';
import { filter } from './audiences.schema.ts';

const text = z.string().max(255);
const PEOPLE_MAX = 50_000;

/** `POST /api/journeys/{id}/enrol`: people by their ids; or the members of an audience, those a filter is true of, or both. */
export const enrolBody = z
  .strictObject({
    people: z.array(text).min(1).max(PEOPLE_MAX).optional(),
    audience: text.optional(),
    filter: filter.optional(),
    /** What the runs are to know, by attribute id. */
    data: z.record(z.string(), z.json()).optional(),
    idempotency_key: text.min(1).optional(),
  })
  .meta({ anyOf: [{ required: ['people'] }, { required: ['audience'] }, { required: ['filter'] }] });
