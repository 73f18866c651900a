import type { Call } from './openapi-call.ts';
import { either, elsewhere, sometimes, values } from './openapi-example.ts';
import { historyBody } from './ortto/people-schemas.ts';
import { activitiesBody } from './ortto/schemas.ts';

/** The calls about what people did, for the description of the API. */
export const activityCalls = {
  '/v1/activities/create': {
    tag: 'Activities',
    summary: 'Record activities',
    description: `Up to 100. Who did it is a \`person_id\`, or \`fields\` with \`merge_by\`, which find, make and change the person just as \`person/merge\`
does. The kind has to be there: built in, or made by \`definitions/activity/create\`.

Every answer says \`queued\`, as every recorded one of Ortto’s does, though the activity is durable by then. Told again with the same
\`key\` and \`created\`, it is the same activity.`,
    body: activitiesBody,
    example: {
      activities: [
        {
          activity_id: 'act:cm:meeting-booked',
          fields: { 'str::email': 'anna@example.com' },
          attributes: { 'str:cm:place': 'Lisbon' },
          created: '2026-11-20T10:00:00Z',
          key: 'meeting-1',
        },
      ],
      merge_by: ['str::email'],
    },
    answer: {
      activities: [
        {
          person_id: elsewhere('006b04c22500000000040000'),
          status: 'queued',
          person_status: sometimes('queued'),
          error: elsewhere('act:cm:meeting-booked: Object not found'),
        },
      ],
    },
  },
  '/v1/person/get/activities': {
    tag: 'Activities',
    summary: 'Read what a person did',
    description: 'Newest first, in pages of up to 50. Days begin at midnight UTC, weeks on Monday.',
    body: historyBody,
    example: { person_id: '006b04c22500000000040000', activities: ['act::s-all'], timeframe: { type: 'last-7-days' } },
    answer: {
      activities: either(
        [
          {
            id: '006b04c22500000000080000',
            field_id: 'act::s-all',
            created_at: '2026-11-23T22:45:54.600Z',
            attr: values({ 'str::is': 'API', 'str::s-ctx': 'Subscribed via API' }),
            render_cmds: [{ content: 'Subscribed to email' }, { content: '.' }],
          },
        ],
        null,
      ),
      meta: {
        total_activities: 1,
        field_ids: either(['act::s-all'], null),
        has_more: false,
        retention: { type: 'time', max_value: 90 },
      },
      offset: 0,
      next_offset: 1,
    },
    refusals: { 404: 'Person not found' },
  },
} as const satisfies Readonly<Record<string, Call>>;
