import { either, elsewhere } from '../openapi-example.ts';
import type { OwnCalls } from './openapi-call.ts';
import { sendingBody } from './sending.schema.ts';

const tag = 'Sending';

const defaults = {
  cap: either({ messages: 1, hours: either(16, 1.5), waitDays: elsewhere(either(14, 0.5)) }, 'none'),
  when_capped: 'delay',
  hours: either('none', { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }),
  timezone: 'UTC',
  webhook_secret: 'c2VjcmV0',
} as const;

/** Under which rules messages go, for the description of the API. */
export const sendingCalls: OwnCalls = {
  '/api/settings/sending': {
    get: {
      tag,
      operationId: 'getSending',
      summary: 'Read the rules of sending',
      description: 'For messages that bring none of their own, and what the signatures of webhooks are checked with.',
      answer: defaults,
    },
    patch: {
      tag,
      operationId: 'changeSending',
      summary: 'Change the rules of sending',
      description:
        'What is not named stays as it is; `cap` and `hours` are changed as a whole. `waitDays` is how long a message waits for its turn before it is not sent: two weeks, or twice the hours of the cap, where left out.',
      body: { schema: sendingBody, example: { cap: { messages: 1, hours: 16, waitDays: 14 } } },
      answer: defaults,
      refusals: { 400: 'cap: Invalid input' },
    },
  },
};
