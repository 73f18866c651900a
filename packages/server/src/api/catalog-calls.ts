import { NO_ID } from '@tributary/model';
import {
  definitionChangeBody,
  definitionDeleteBody,
  fieldChangeBody,
  instanceSchemaBody,
  nothingBody,
  tagsBody,
} from './ortto/catalog.schema.ts';
import { customFieldBody, definitionBody } from './ortto/schemas.ts';

const NO_DEFINITION = 'There is no such activity';

const meetingBooked = {
  name: 'Meeting booked',
  activity_field_id: 'act:cm:meeting-booked',
  state: 'awaiting_implementation',
  display_mode: { type: 'activity' },
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

/** What is asked about fields, activities and tags, and changed in them. */
export const catalogCalls = {
  '/v1/person/custom-field/create': {
    summary: 'Add a custom field of people',
    body: customFieldBody,
    example: { type: 'single_select', name: 'Plan', values: ['Trial', 'Paid'] },
    answer: { name: 'Plan', field_id: 'str:cm:plan', display_type: 'single_select', values: ['Trial', 'Paid'] },
    refusals: { 423: 'The field is there already' },
  },
  '/v1/person/custom-field/get': {
    summary: 'Read the custom fields of people; `{"fields": null}` where there are none',
    body: nothingBody,
    example: {},
    answer: {
      fields: [
        {
          field: {
            id: 'str:cm:plan',
            name: 'Plan',
            display_type: 'single_select',
            liquid_name: 'people.custom.plan',
            dic_items: ['Trial', 'Paid'],
          },
          tracked_value: false,
        },
      ],
    },
  },
  '/v1/person/custom-field/update': {
    method: 'put' as const,
    summary: 'Change the choices of a custom field, and whether its changes are activities',
    body: fieldChangeBody,
    example: { field_id: 'str:cm:plan', add_values: ['Free'] },
    answer: { field_id: 'str:cm:plan', values: ['Trial', 'Paid', 'Free'], track_changes: false },
    refusals: { 404: 'There is no such custom field' },
  },
  '/v1/tags/get': {
    summary: 'Read the tags, with how many people have each; `q` is a part of the name',
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
        subscribers: 11,
        type: '',
      },
    ],
  },
  '/v1/instance-schema/get': {
    summary: 'Read every field and activity there is, by namespace: "" of people, "o" of accounts, "cm" custom ones',
    body: instanceSchemaBody,
    example: { namespaces: ['cm'] },
    answer: {
      namespaces: {
        cm: {
          id: 'cm',
          fields: {
            'str:cm:plan': {
              id: 'str:cm:plan',
              name: 'Plan',
              display_type: 'single_select',
              liquid_name: 'people.custom.plan',
              dic_items: ['Trial', 'Paid'],
            },
          },
        },
      },
    },
  },
  '/v1/definitions/activity/create': {
    summary: 'Add a kind of activity',
    body: definitionBody,
    example: { name: 'Meeting booked', attributes: [{ name: 'Place', display_type: 'text' }] },
    answer: { custom_activity: meetingBooked },
    refusals: { 409: 'The activity is there already' },
  },
  '/v1/definitions/activity/modify': {
    method: 'put' as const,
    summary: 'Change a kind of activity; what is not said stays',
    body: definitionChangeBody,
    example: { activity_field_id: 'act:cm:meeting-booked', state: 'live' },
    answer: {
      custom_activity: { ...meetingBooked, state: 'live', attributes: [], edited_at: '2026-11-23T22:50:12.130Z' },
    },
    refusals: { 404: NO_DEFINITION },
  },
  '/v1/definitions/activity/delete': {
    method: 'delete' as const,
    summary: 'Take a kind of activity away; what was recorded of it stays',
    body: definitionDeleteBody,
    example: { activity_field_id: 'act:cm:meeting-booked' },
    answer: { archived_activity: 'act:cm:meeting-booked' },
    refusals: { 404: NO_DEFINITION },
  },
};
