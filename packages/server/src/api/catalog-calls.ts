import { NO_ID } from '@tributary/model';
import type { Call } from './openapi-call.ts';
import { byId, either, elsewhere, sometimes } from './openapi-example.ts';
import {
  definitionChangeBody,
  definitionDeleteBody,
  fieldChangeBody,
  instanceSchemaBody,
  nothingBody,
  tagsBody,
} from './ortto/catalog.schema.ts';
import { customFieldBody, definitionBody } from './ortto/schemas.ts';

const NO_DEFINITION = 'act:cm:meeting-booked: there is no such activity';

const meetingBooked = {
  name: 'Meeting booked',
  activity_field_id: 'act:cm:meeting-booked',
  state: 'awaiting_implementation',
  display_mode: {
    ...{ type: 'activity', title: elsewhere('Met {{ activity.custom.place }}') },
    ...{ attribute_field_id: elsewhere('str:cm:place'), attribute_name: elsewhere('Place') },
  },
  attributes: [
    {
      name: 'Place',
      field_id: 'str:cm:place',
      display_type: 'text',
      liquid_name: 'activity.custom.meeting-booked.place',
    },
  ],
  icon_id: 'moneys-illustration-icon',
  track_conversion_value: false,
  touch: false,
  filterable: true,
  visible_in_feeds: true,
  created_by: 'Public API',
  created_at: '2026-11-23T22:45:54.600Z',
  edited_at: '2026-11-23T22:45:54.600Z',
};

const plan = {
  id: 'str:cm:plan',
  name: 'Plan',
  display_type: 'single_select',
  liquid_name: 'people.custom.plan',
  dic_items: sometimes(['Trial', 'Paid']),
};

const attribute = {
  id: 'str:cm:place',
  name: 'Place',
  display_type: 'text',
  liquid_name: 'activity.custom.meeting-booked.place',
  hidden: elsewhere(true),
};

/** What a kind of activity has instead of the name in Liquid, and what is said of either. */
const ofActivities = {
  liquid_name: sometimes(plan.liquid_name),
  attributes: elsewhere([attribute]),
  triggers: elsewhere([{ field_id: 'bol::p', operation: 'set', attribute_id: 'str::is' }]),
  read_only: elsewhere(true),
  hidden: elsewhere(true),
  no_autocomplete: elsewhere(true),
};

/** What is asked about fields, activities and tags, and changed in them. */
export const catalogCalls = {
  '/v1/person/custom-field/create': {
    tag: 'Fields and kinds',
    summary: 'Add a custom field of people',
    description: `The id follows from type and name: \`str:cm:plan\`. Types: \`text\` \`large_text\` \`email\` \`integer\` \`decimal\` \`currency\` \`price\` \`date\` \`time\` \`bool\`
\`phone\` \`single_select\` \`multi_select\` \`link\` \`geo\` \`object\`. With \`track_changes\` each change of somebody’s value is an activity.`,
    body: customFieldBody,
    example: { type: 'single_select', name: 'Plan', values: ['Trial', 'Paid'] },
    answer: {
      ...{ name: 'Plan', field_id: 'str:cm:plan', display_type: 'single_select' },
      ...{ values: sometimes(['Trial', 'Paid']), track_changes: elsewhere(true) },
    },
    refusals: { 423: 'str:cm:plan: the field already exists' },
  },
  '/v1/person/custom-field/get': {
    tag: 'Fields and kinds',
    summary: 'List custom fields of people',
    description: 'With or without a body; `{"fields": null}` where there are none.',
    body: nothingBody,
    example: {},
    answer: {
      fields: either([{ field: plan, tracked_value: false }], null),
    },
  },
  '/v1/person/custom-field/update': {
    method: 'put',
    tag: 'Fields and kinds',
    summary: 'Change a custom field of people',
    description:
      'Its choices, and whether its changes are activities. Of `replace_values`, `add_values` and `remove_values` the first that is given counts.',
    body: fieldChangeBody,
    example: { field_id: 'str:cm:plan', add_values: ['Free'] },
    answer: { field_id: 'str:cm:plan', values: either(['Trial', 'Paid', 'Free'], null), track_changes: false },
    refusals: { 404: 'str:cm:plan: there is no such custom field' },
  },
  '/v1/tags/get': {
    tag: 'Fields and kinds',
    summary: 'List tags',
    description: 'A bare list, with how many people or accounts have each; `q` is a part of the name.',
    body: tagsBody,
    example: { q: 'tri' },
    answer: [
      {
        id: 1,
        instance_id: 'my-workspace',
        name: 'Trial',
        created_by_id: NO_ID,
        created_by_name: '',
        created_by_email: '',
        created_at: '2026-11-23T22:45:54.600Z',
        last_used: '2026-11-23T22:45:54.600Z',
        count: 12,
        subscribers: sometimes(11),
        type: '',
      },
    ],
  },
  '/v1/instance-schema/get': {
    tag: 'Fields and kinds',
    summary: 'Read every field and kind of activity',
    description:
      'By namespace: `""` is built in for people, `o` for accounts, `cm` is custom of people, `oc` of accounts. All of them where none is named.',
    body: instanceSchemaBody,
    example: { namespaces: ['cm'] },
    answer: {
      namespaces: byId({
        cm: { id: 'cm', fields: byId({ 'str:cm:plan': { ...plan, ...ofActivities } }), org: elsewhere(true) },
      }),
    },
  },
  '/v1/definitions/activity/create': {
    tag: 'Fields and kinds',
    summary: 'Add a kind of activity',
    description:
      'The id follows from the name: `act:cm:meeting-booked`. Attributes need not be named here to be recorded.',
    body: definitionBody,
    example: { name: 'Meeting booked', attributes: [{ name: 'Place', display_type: 'text' }] },
    answer: { custom_activity: meetingBooked },
    refusals: { 409: 'act:cm:meeting-booked: the activity already exists' },
  },
  '/v1/definitions/activity/modify': {
    method: 'put',
    tag: 'Fields and kinds',
    summary: 'Change a kind of activity',
    description: 'What is not said stays; `attributes` replaces all of them.',
    body: definitionChangeBody,
    example: { activity_field_id: 'act:cm:meeting-booked', state: 'live' },
    answer: {
      custom_activity: { ...meetingBooked, state: 'live', attributes: [], edited_at: '2026-11-23T22:50:12.130Z' },
    },
    refusals: { 404: NO_DEFINITION },
  },
  '/v1/definitions/activity/delete': {
    method: 'delete',
    tag: 'Fields and kinds',
    summary: 'Delete a kind of activity',
    description: 'Nothing of it can be recorded any more; what was recorded stays.',
    body: definitionDeleteBody,
    example: { activity_field_id: 'act:cm:meeting-booked' },
    answer: { archived_activity: 'act:cm:meeting-booked' },
    refusals: { 404: NO_DEFINITION },
  },
} as const satisfies Readonly<Record<string, Call>>;
