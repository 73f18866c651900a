import type { Call } from './openapi-call.ts';
import { elsewhere, sometimes } from './openapi-example.ts';
import { triggerBody } from './ortto/journey-trigger.schema.ts';

/** The call about journeys, for the description of the API. */
export const journeyCalls: Readonly<Record<string, Call>> = {
  '/v1/journeys/{id}/trigger': {
    tag: 'Journeys',
    summary: 'Put people into a journey',
    description: 'Up to 100, into a journey named by its id or its name, with what their runs are to know.',
    body: triggerBody,
    example: {
      people: [{ fields: { 'str::email': 'anna@example.com' } }],
      data: { 'str:cm:order': 'A-17', 'int:cm:total': 12_000 },
      idempotency_key: 'order A-17',
    },
    answer: {
      people: [
        {
          person_id: sometimes('006b04c22500000000040000'),
          status: 'entered',
          run_id: sometimes('106b04c22500000000040000'),
          reason: elsewhere('is inside already'),
          error: elsewhere('Object not found'),
        },
      ],
    },
    refusals: { 404: 'There is no such journey', 409: 'It is not on, or the key came with another request before' },
  },
};
