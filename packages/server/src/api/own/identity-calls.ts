import { either, elsewhere, values } from '../openapi-example.ts';
import { page, pairBody, separateBody, uniteBody } from './identity.schema.ts';
import type { OwnCalls } from './openapi-call.ts';

const SURVIVOR = '006b04c22500000000040000';
const ABSORBED = '006b04c22500000000040100';
const MERGE = '206b04c22700000000000100';
const tag = 'Identity';

const refusals = {
  400: 'a person can not become one with themselves',
  404: `there is no person ${ABSORBED}`,
  409: 'one of the two is archived: restore them first',
};

const merge = {
  merge_id: MERGE,
  person_id: SURVIVOR,
  absorbed_id: ABSORBED,
  reason: 'by hand',
  by: either('API key “My website”', null),
  merged_at: '2026-11-23T22:45:54.600Z',
  separable_until: '2026-12-23T22:45:54.600Z',
  separated_at: either(null, '2026-11-23T22:50:12.130Z'),
} as const;

/** Who is who, for the description of the API. */
export const identityCalls: OwnCalls = {
  '/api/people/unite': {
    post: {
      tag,
      operationId: 'unitePair',
      summary: 'Unite two people',
      description: 'The rules choose who stays. Either id finds them from then on.',
      body: { schema: pairBody, example: { people: [SURVIVOR, ABSORBED] } },
      answer: merge,
      refusals,
    },
  },
  '/api/people/{id}/unite': {
    post: {
      tag,
      operationId: 'unite',
      summary: 'Unite a person with another',
      description: 'This one stays, and takes the other in.',
      body: { schema: uniteBody, example: { absorb: ABSORBED } },
      answer: merge,
      refusals,
    },
  },
  '/api/people/{id}/separate': {
    post: {
      tag,
      operationId: 'separate',
      summary: 'Separate two people again',
      description: 'Undoes a merge, within 30 days of it.',
      body: { schema: separateBody, example: { merge_id: MERGE } },
      answer: { ...merge, separated_at: either('2026-11-23T22:50:12.130Z', null) },
      refusals: {
        400: 'merge_id: "1" is not the id of a merge',
        404: `this person has no such merge: ${MERGE}`,
        409: 'these two have been separated before',
      },
    },
  },
  '/api/people/{id}/merges': {
    get: {
      tag,
      operationId: 'listMerges',
      summary: 'List whom a person has taken in',
      answer: { merges: [merge] },
      refusals: { 400: '"anna" is not a person id (24 hex digits that begin with 00)' },
    },
  },
  '/api/people/duplicates': {
    get: {
      tag,
      operationId: 'listDuplicates',
      summary: 'List people who may be one',
      description: 'A record named both, by different keys. Nobody is united because of it.',
      query: page,
      answer: {
        duplicates: [
          {
            people: [
              { person_id: SURVIVOR, fields: values({ 'str::email': 'anna@example.com' }) },
              { person_id: ABSORBED, fields: values({ 'str::ei': 'crm-4711' }) },
            ],
            fields: ['str::email', 'str::ei'],
            times: 2,
            first_seen_at: '2026-11-20T10:00:00.000Z',
            last_seen_at: '2026-11-23T22:45:54.600Z',
          },
        ],
        has_more: false,
        next_offset: elsewhere(50),
      },
      refusals: { 400: 'Failed to parse request: limit: Too big: expected number to be <=500' },
    },
  },
  '/api/people/duplicates/dismiss': {
    post: {
      tag,
      operationId: 'dismissDuplicate',
      summary: 'Say that two people are two',
      description: 'They are not listed again.',
      body: { schema: pairBody, example: { people: [SURVIVOR, ABSORBED] } },
      answer: { dismissed: true },
      refusals: {
        400: '"anna" is not a person id (24 hex digits that begin with 00)',
        404: 'nothing says that these two are one',
      },
    },
  },
};
