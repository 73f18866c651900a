import { z } from 'zod';
import { choices, definedAttributes, definitionBody, displayStyle, goneChoices, text } from './schemas.ts';

/** `PUT /v1/person/custom-field/update` (recorded). Of the three lists the first counts. */
export const fieldChangeBody = z.object({
  field_id: z.string(),
  replace_values: choices.describe('What it offers from now on'),
  add_values: choices.describe('What it offers as well'),
  remove_values: goneChoices.describe('What it offers no more; who has it keeps it'),
  track_changes: z.boolean().nullish().describe('Each change of somebody’s value is an activity'),
});

/** `custom-field/get` of people (Ortto help, a-266) and of accounts: nothing has to be said. */
export const nothingBody = z.object({});

/** `PUT /v1/definitions/activity/modify` (Ortto help, "modify"): what is not said stays. */
export const definitionChangeBody = z
  .object({
    activity_field_id: z.string().nullish().describe('Which it is; or else the `name` it was made with'),
    name: definitionBody.shape.name.nullish(),
    state: z.enum(['awaiting_implementation', 'live']).nullish(),
    icon_id: text.nullish(),
    track_conversion_value: z.boolean().nullish(),
    touch: z.boolean().nullish(),
    filterable: z.boolean().nullish(),
    visible_in_feeds: z.boolean().nullish(),
    display_style: displayStyle.nullish(),
    attributes: definedAttributes.nullish(),
  })
  .refine(({ activity_field_id, name }) => activity_field_id || name, {
    message: 'activity_field_id or name says which activity is meant',
    path: ['activity_field_id'],
  })
  .meta({ anyOf: [{ required: ['activity_field_id'] }, { required: ['name'] }] });

/** `DELETE /v1/definitions/activity/delete` (Ortto help, "delete"). */
export const definitionDeleteBody = z.object({ activity_field_id: z.string() });

/** `POST /v1/tags/get` (recorded). */
export const tagsBody = z.object({ q: z.string().nullish().describe('A part of the name, in any case') });

/** `POST /v1/instance-schema/get` (recorded): all namespaces where none is named. */
export const instanceSchemaBody = z.object({
  namespaces: z.array(z.string()).nullish().describe('Which of them; all where none is named'),
});
