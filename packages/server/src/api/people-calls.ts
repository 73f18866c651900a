import type { Call } from './openapi-call.ts';
import { byId, either, elsewhere, sometimes, values } from './openapi-example.ts';
import { addressesBody, selectionBody, suppressionListBody } from './ortto/people-schemas.ts';
import { personGetBody, personGetByIdsBody } from './ortto/person-get.schema.ts';
import { mergeBody } from './ortto/schemas.ts';

const PERSON = '006b04c22500000000040000';
const which = { inclusion_ids: [PERSON] };
const NO_ADDRESS = '"nonsense" is not an e-mail address';

/** The calls about people as a whole, for the description of the API. */
export const peopleCalls = {
  '/v1/person/merge': {
    tag: 'People',
    summary: 'Make or change people',
    description: `Up to 100 people, each found by the fields that \`merge_by\` names, or made. Answers come in the order of the request; \`status\`
is \`created\` or \`merged\`, also where nothing changed.

A new person may get e-mail and no SMS (\`bol::p\`, \`bol::sp\`) unless the request says otherwise. Tags are made when they are new.
With \`async\` they are on disk in a queue when it is answered, \`queued\`, and recorded in the order they came;
a call without it does not wait for them, and may be recorded first.`,
    body: mergeBody,
    example: {
      people: [{ fields: { 'str::email': 'anna@example.com', 'str::first': 'Anna' }, tags: ['Trial'] }],
      merge_by: ['str::email'],
      merge_strategy: 2,
    },
    answer: { people: [{ person_id: sometimes(PERSON), status: 'created', error: elsewhere(NO_ADDRESS) }] },
  },
  '/v1/person/get': {
    tag: 'People',
    summary: 'Find people',
    description: `By filter, by free text, sorted, page by page. An empty body asks for everyone who is not archived. Go on with \`offset\`, with the
\`cursor_id\` of the page before, or with both of its answer.

A filter is one operator an object, \`$and\` and \`$or\` for groups, at most 50 conditions and 15 on activities:

\`\`\`json
{
  "$and": [
    { "$bol::is": { "field_id": "bol::p", "value": true } },
    { "$act::has_occurred": { "field_id": "act::o" } }
  ]
}
\`\`\``,
    body: personGetBody,
    example: {
      limit: 1,
      sort_by_field_id: 'l',
      fields: ['str::email', 'str::first'],
      filter: { '$str::is': { field_id: 'str::first', value: 'Anna' } },
    },
    answer: {
      contacts: either(
        [{ id: PERSON, fields: values({ 'str::email': 'anna@example.com', 'str::first': 'Anna' }) }],
        null,
      ),
      meta: { total_contacts: 12, total_organizations: 0, total_matches: 1, total_subscribers: 1 },
      offset: 0,
      next_offset: 1,
      cursor_id: `${PERSON}.WyJsIiwiMjAyNi0xMS0yMyAyMjo0NTo1NC42KzAwIl0`,
      has_more: false,
    },
  },
  '/v1/person/get-by-ids': {
    tag: 'People',
    summary: 'Read people by their ids',
    description: 'An object keyed by id; unknown ids are absent.',
    body: personGetByIdsBody,
    example: { contact_ids: [PERSON], fields: ['str::email'] },
    answer: { contacts: byId({ [PERSON]: { id: PERSON, fields: values({ 'str::email': 'anna@example.com' }) } }) },
  },
  '/v1/person/archive': {
    method: 'put',
    tag: 'People',
    summary: 'Archive people',
    description: `No search finds them, no journey takes them, nothing is sent to them; the same address that comes again is somebody new. More than 500
people are changed in the background: \`scheduled_contacts\` says how many.`,
    body: selectionBody,
    example: which,
    answer: { scheduled_contacts: 0, archived_contacts: 1 },
  },
  '/v1/person/restore': {
    method: 'put',
    tag: 'People',
    summary: 'Restore archived people',
    description: 'A key that somebody else has got meanwhile stays theirs. Journeys are not taken up again.',
    body: selectionBody,
    example: which,
    answer: { scheduled_contacts: 0, restored_contacts: 1 },
  },
  '/v1/person/delete': {
    method: 'delete',
    tag: 'People',
    summary: 'Delete archived people',
    description: 'And all that is known of them. Who is not archived is left alone.',
    body: selectionBody,
    example: which,
    answer: { scheduled_contacts: 0, deleted_contacts: 1 },
  },
  '/v1/suppression-list/email/get': {
    tag: 'Suppression list',
    summary: 'List suppressed addresses',
    description: 'Hard bounces put themselves on it.',
    body: suppressionListBody,
    example: { sort: 'email', sort_order: 'desc', limit: 5, offset: 0 },
    answer: {
      emails: [{ email: 'anna@example.com', reason: 'Added via API', created_at: '2026-11-23T22:45:54.600Z' }],
      total: 1,
      offset: 0,
      next_offset: 1,
      has_more: false,
    },
  },
  '/v1/suppression-list/email/add': {
    method: 'put',
    tag: 'Suppression list',
    summary: 'Suppress addresses',
    description: 'Each is `suppressed`, `already_suppressed` or `invalid`.',
    body: addressesBody,
    example: { emails: ['anna@example.com'] },
    answer: { emails: [{ email: 'anna@example.com', status: 'suppressed', error: elsewhere(NO_ADDRESS) }] },
  },
  '/v1/suppression-list/email/remove': {
    method: 'put',
    tag: 'Suppression list',
    summary: 'Suppress addresses no longer',
    description:
      'Each is `unsuppressed`, `not_found` or `invalid`. Whether somebody wants mail is their permission, `bol::p`.',
    body: addressesBody,
    example: { emails: ['anna@example.com'] },
    answer: { emails: [{ email: 'anna@example.com', status: 'unsuppressed', error: elsewhere(NO_ADDRESS) }] },
  },
  '/v1/persons/merge': {
    tag: 'Aliases',
    summary: 'Make or change people, as the guide has it',
    description: `As \`person/merge\`, but values may be wrapped as \`{"v": …}\`, custom fields may be written as \`str::snake_case\` and are made on first
use, and the answer has \`id\` beside \`person_id\`. Do not write anything new with it.`,
    body: mergeBody,
    example: {
      people: [{ fields: { 'str::email': { v: 'anna@example.com' }, 'str::kommo_lead_id': { v: '4711' } } }],
      merge_by: ['str::email'],
    },
    answer: {
      people: [
        { id: sometimes(PERSON), person_id: sometimes(PERSON), status: 'created', error: elsewhere(NO_ADDRESS) },
      ],
    },
  },
} as const satisfies Readonly<Record<string, Call>>;
