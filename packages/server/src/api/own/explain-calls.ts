import { either, elsewhere, sometimes, values } from '../openapi-example.ts';
import { explainQuery } from './explain.schema.ts';
import type { OwnCalls } from './openapi-call.ts';

const AT = '2026-11-23T22:45:54.600Z';
const RUN = '106b04c22500000000040000';

const why = { holds: false, asked: 'Stage is “Won”', was: '“Lost”' };
const check = { at: 'exits[0]', holds: false, why: values(why) };

/** Of a shape that has one. */
const title = elsewhere('A breather');

const run = {
  ...{ id: RUN, version: either(3, null), test: false, entered_at: AT, entry: values({ 'str:cm:reason': 'Price' }) },
  ...{ shape: either('wait', null), title, arrived_at: AT, goal_at: either(null, AT) },
  standing: {
    ...{ state: 'inside', words: 'stands at “wait”, and goes on on 2026-11-25 22:45 UTC' },
    until: sometimes('2026-11-25T22:45:54.600Z'),
    waits_for: elsewhere({ at: 'shapes.wait.until', why: values(why) }),
    ends_when: [{ at: 'exits[0]', words: 'Stage is “Won”', why: sometimes(values(why)) }],
  },
  moves: [{ at: AT, shape: either('wait', null), title, did: 'waits until 2026-11-25 22:45 UTC' }],
  messages: [
    {
      ...{ id: '5069236bf100000000000100', shape: either('hello', null), title, template: either('Hello again', null) },
      ...{ subject: either('Hello again', null), state: 'sent', reason: either(null, 'the cap is reached') },
      ...{ queued_at: AT, sent_at: either(AT, null), opened_at: either(null, AT) },
      ...{ clicked_at: either(null, AT), replied_at: either(null, AT) },
    },
  ],
  failures: [{ at: AT, shape: 'hello', title, reason: 'there is no template “Hello again”' }],
};

const explained = {
  journey: { id: '6562a1c4b1d2c3e4f5a6b7c8', name: 'Win-back', state: 'on', version: either(3, null) },
  lines: ['Anna is in “Win-back” and waits until 2026-11-25 22:45 UTC.'],
  runs: [run],
  entry: {
    ...{ by: '“Deal lost”', obstacles: ['is inside already'], checks: [check] },
    occasions: [
      {
        ...{ at: AT, activity: 'act:cm:deal-lost', attributes: values({ 'str:cm:reason': 'Price' }) },
        ...{ run: sometimes(RUN), why: ['is inside already'], check: elsewhere(values(why)) },
      },
    ],
  },
};

/** Why somebody is where they are, for the description of the API. */
export const explainCalls: OwnCalls = {
  '/api/people/{id}/explain': {
    get: {
      tag: 'Journeys',
      operationId: 'explain',
      summary: 'Explain somebody’s journeys',
      description: 'Why they are in a journey or not, what would end it, and why they got a message or did not.',
      query: explainQuery,
      answer: {
        person: {
          ...{ made_up: false, id: sometimes('6562a1c4b1d2c3e4f5a6b7c9'), email: sometimes('anna@example.com') },
          ...{ unsubscribed: false, archived_at: elsewhere(AT), suppressed: elsewhere('Hard bounce') },
        },
        journeys: [explained],
      },
      refusals: { 404: 'there is no journey "Win-back"', 409: '"Win-back" was never published: nobody is in it' },
    },
  },
};
