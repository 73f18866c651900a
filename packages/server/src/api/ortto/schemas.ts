import { isStorable, kebab, problemWithValue } from '@tributary/model';
import { z } from 'zod';

/** At most this many records a request (Ortto help, a-235). */
const RECORDS_MAX = 100;

export const text = z.string().refine(isStorable, 'can not hold U+0000 or half a surrogate pair');
/** What becomes an id: some letters take up many, spelled out. */
const name = text
  .trim()
  .max(255)
  .refine((given) => kebab(given) !== '', 'has no letter and no digit')
  .refine((given) => kebab(given).length <= 255, 'is too long, spelled out');
export const fields = z.record(z.string(), z.unknown());
/** Not given where it is `null`, too, which some clients write for whatever they do not set. */
export const orElse = <T extends z.ZodType>(schema: T, otherwise: z.output<T>) =>
  schema
    .nullable()
    .default(otherwise as never)
    .transform((given): z.output<T> => given ?? otherwise);
/** Not given where it is `null`, too. */
const said = <T extends z.ZodType>(schema: T) => schema.nullish().transform((given) => given ?? undefined);
const strategy = z.union([z.literal(1), z.literal(2), z.literal(3)]);
export const records = <T extends z.ZodType>(record: T, what: string) =>
  z.array(record).min(1, `no ${what}`).max(RECORDS_MAX, `more than ${RECORDS_MAX} ${what}`);

export const findStrategy = orElse(z.union([z.literal(0), z.literal(1), z.literal(2)]), 0).describe(
  '0: the first key that finds anyone; 1: a later key counts only where the earlier fields are empty; 2: all keys find one and the same',
);
export const mergeStrategy = orElse(strategy, 2).describe(
  '1: fill only what is empty; 2: overwrite, `null` clears; 3: leave alone who is there',
);
export const skipNonExisting = orElse(z.boolean(), false).describe('Make nobody: who is not there is a bad record');
export const mergeBy = z.array(z.string()).max(3);
const MERGE_BY = 'By which fields people are found, tried in order; `["str::email", "str::ei"]` where it is not said';
/** What a record is to be known by, and done to. */
export const recordParts = {
  fields: fields.nullish().describe('What is known, bare values by field id'),
  tags: z.array(z.string()).nullish().describe('Added; made where they are new. 1 to 255 characters each'),
  unset_tags: z.array(z.string()).nullish().describe('Taken away'),
  clear_fields: z
    .record(z.string(), z.boolean().nullable())
    .nullish()
    .describe('Cleared before anything is written, with strategy 2: so a multi-select is replaced'),
};
export const happened = {
  attributes: fields.nullish().describe('What there is to know of it, by attribute id'),
  created: z
    .string()
    .meta({ format: 'date-time' })
    .nullish()
    .describe('When it happened, in UTC where it names no zone: up to 90 days ago, else now'),
  key: z.string().max(255).nullish().describe('Your own id of it: the same at the same `created` is recorded once'),
};
export const isAsync = orElse(z.boolean(), false).describe(
  'Answer as soon as it is on disk in the queue; what can only be seen with the person, stands in the log',
);

/** How people are found, and whether those who are not there are made (Ortto help, a-257). */
export const finding = {
  find_strategy: findStrategy,
  skip_non_existing: skipNonExisting,
  merge_by_alt_fields: z
    .record(z.string(), orElse(z.array(z.string()).max(10), []))
    .nullish()
    .describe('Other fields in which the value of a key is looked for, after its own'),
  suppression_list_field_id: z
    .string()
    .nullish()
    .describe('Make nobody whose address, in this field, is on the suppression list'),
};
const location = z
  .unknown()
  .optional()
  .describe('`{"source_ip"}`, `{"custom": {…}}` or `{"address": {…}}`: where the person was');

/** `POST /v1/person/merge` (Ortto help, a-257). */
export const mergeBody = z.object({
  people: records(
    z.object({
      fields: recordParts.fields,
      location,
      tags: recordParts.tags,
      unset_tags: recordParts.unset_tags,
      clear_fields: recordParts.clear_fields,
    }),
    'people',
  ),
  async: isAsync,
  merge_by: mergeBy.nullish().describe(MERGE_BY),
  merge_strategy: mergeStrategy,
  ...finding,
});

/** `POST /v1/activities/create` (Ortto help, a-271). `merge_by` is taken inside an activity too (recorded). */
export const activitiesBody = z.object({
  activities: records(
    z.object({
      activity_id: z.string().describe('What happened: `act::us`, `act:cm:meeting-booked`'),
      attributes: happened.attributes,
      fields: fields.nullish().describe('Of the person, not of the activity: they find, make and change who did it'),
      person_id: z.string().nullish().describe('Who did it; `fields` are ignored then'),
      location,
      created: happened.created,
      key: happened.key,
      merge_by: mergeBy.nullish().describe('As that of the whole request, for this one'),
    }),
    'activities',
  ),
  async: isAsync,
  merge_by: mergeBy.nullish().describe(MERGE_BY),
  merge_strategy: mergeStrategy,
  ...finding,
});

/** What a select offers: as long as a person's value can be, counted in the same way. */
export const choices = z
  .array(
    text
      .min(1)
      .refine((given) => problemWithValue('str', given) === undefined, 'longer than 255 characters')
      .meta({ maxLength: 255 }),
  )
  .max(1000, 'more than 1000 values')
  .nullish();
/** What it is to offer no more: as long as an earlier version took them, too. */
export const goneChoices = z.array(text.min(1)).max(1000, 'more than 1000 values').nullish();

/** `POST /v1/person/custom-field/create` (recorded). */
export const customFieldBody = z.object({
  type: z.string().describe('`text`, `integer`, `single_select` …'),
  name,
  values: choices.describe('What a select offers'),
  track_changes: z.boolean().nullish().describe('Each change of somebody’s value is an activity'),
});

export const displayStyle = z.object({
  type: orElse(z.enum(['activity', 'activity_attribute', 'activity_template']), 'activity'),
  title: said(text),
  attribute_name: said(text),
  attribute_field_id: said(text),
});
export const definedAttributes = z.array(
  z.object({
    name,
    display_type: text,
    field_id: said(text).describe('Follows from the name where it is not said'),
  }),
);

/** `POST /v1/definitions/activity/create` (recorded). */
export const definitionBody = z.object({
  name,
  icon_id: orElse(text, 'moneys-illustration-icon').describe('Kept for pages'),
  track_conversion_value: orElse(z.boolean(), false).describe('`int::v` is what it was worth'),
  touch: orElse(z.boolean(), false).describe('Moves “first seen” and “last seen”'),
  filterable: orElse(z.boolean(), true).describe('Kept for pages'),
  visible_in_feeds: orElse(z.boolean(), true).describe('Kept for pages'),
  /** **Ours**: whose activity it is. Ortto's are made in its app. */
  entity: orElse(z.enum(['person', 'account']), 'person').describe('Whose activity it is'),
  display_style: orElse(displayStyle, { type: 'activity' } as z.output<typeof displayStyle>).describe(
    'How a timeline shows it: its name, an attribute, or a title in Liquid',
  ),
  attributes: orElse(definedAttributes, []).describe('What is known of one'),
});
