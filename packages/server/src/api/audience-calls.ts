import type { Call } from './openapi-call.ts';
import { either, filterOf, sometimes } from './openapi-example.ts';
import { audiencesGetBody, subscribeBody, subscriptionsBody } from './ortto/audiences.schema.ts';

const AUDIENCE = '6b04c2250000000000000001';
const PERSON = '006b04c22500000000040000';
const NO_ID = '000000000000000000000000';
const CREATED = '2026-11-23T22:45:54.600Z';

const audience = {
  id: AUDIENCE,
  instance_id: 'my-workspace',
  folder_id: NO_ID,
  data_source_id: NO_ID,
  icon_id: '',
  type: 'permanent',
  building: false,
  ready: true,
  is_public: false,
  sms_is_public: false,
  whatsapp_is_public: false,
  filter: sometimes(filterOf({ '$bol::is': { field_id: 'bol::p', value: true } })),
  filter_sha: 'b1946ac92492d2347c6235b4d2611184aa5d6e1c',
  last_built_at: CREATED,
  created: CREATED,
  edited_at: CREATED,
  name: 'Subscribers',
  public_name: '',
  public_description: '',
  template_id: NO_ID,
  exit_selection: filterOf({}),
  members: 12,
  subscribers: 11,
  sms_opted_in: 3,
  added_last_30_days: 4,
  engagement: 0,
  revenue: 0,
  is_cold: false,
} as const;

/** The calls about audiences, for the description of the API. */
export const audienceCalls = {
  '/v1/audiences/get': {
    tag: 'Audiences',
    summary: 'List audiences',
    description:
      'A bare list with their sizes, up to 40 a page; `null` past the end. With `with_filter` each has its filter.',
    body: audiencesGetBody,
    example: { search_term: 'subscribers', with_filter: true, limit: 40 },
    answer: either([audience], null),
  },
  '/v1/audience/subscribe': {
    method: 'put',
    tag: 'Audiences',
    summary: 'Subscribe people to an audience, or no longer',
    description:
      'Says for up to 100 people whether they get mail and SMS of it. It makes nobody a member: who belongs follows from the filter. Of whoever is named otherwise than by it, the answer has the `person_id`.',
    body: subscribeBody,
    example: { audience_id: AUDIENCE, people: [{ email: 'anna@example.com', subscribed: true }], async: false },
    answer: {
      audience_id: AUDIENCE,
      people: [{ person_status: 'merged', status: 'subscribed', person_id: sometimes(PERSON) }],
    },
    refusals: { 404: `${AUDIENCE}: there is no such audience` },
  },
  '/v1/person/subscriptions': {
    tag: 'Audiences',
    summary: 'Read what people may be sent',
    description: 'The audiences that they belong to, what they said of each, and their permissions.',
    body: subscriptionsBody,
    example: { people: [{ person_id: PERSON }] },
    answer: {
      people: [
        {
          person_status: 'by-id',
          person_id: sometimes(PERSON),
          email: sometimes('anna@example.com'),
          subscriptions: [
            {
              audience_id: AUDIENCE,
              audience_name: 'Subscribers',
              member_from: CREATED,
              subscribed: true,
              subscribed_from: CREATED,
              sms_opted_in: false,
              whatsapp_opted_in: false,
              ios_opted_in: false,
              android_opted_in: false,
              web_opted_in: false,
            },
          ],
          email_permissions: sometimes(true),
          sms_permissions: sometimes(false),
          ios_permissions: sometimes(false),
          android_permissions: sometimes(false),
          web_permissions: sometimes(false),
        },
      ],
    },
  },
} as const satisfies Readonly<Record<string, Call>>;
