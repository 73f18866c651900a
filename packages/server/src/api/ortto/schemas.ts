import { isStorable, kebab } from '@tributary/model';
import { z } from 'zod';

/** At most this many records a request (Ortto help, a-235). */
const RECORDS_MAX = 100;

export const text = z.string().refine(isStorable, 'can not hold U+0000 or half a surrogate pair');
/** What becomes an id: some letters take up many, spelled out. */
const name = text
  .trim()
  .min(1)
  .max(255)
  .refine((given) => kebab(given) !== '', 'has no letter and no digit')
  .refine((given) => kebab(given).length <= 255, 'is too long, spelled out');
export const fields = z.record(z.string(), z.json());
export const strategy = z.union([z.literal(1), z.literal(2), z.literal(3)]);
export const records = <T extends z.ZodType>(record: T, what: string) =>
  z.array(record).min(1, `no ${what}`).max(RECORDS_MAX, `more than ${RECORDS_MAX} ${what}`);

/** How people are found, and whether those who are not there are made (Ortto help, a-257). */
export const finding = {
  find_strategy: z.union([z.literal(0), z.literal(1), z.literal(2)]).default(0),
  skip_non_existing: z.boolean().default(false),
  merge_by_alt_fields: z.record(z.string(), z.array(z.string()).max(10)).nullish(),
  suppression_list_field_id: z.string().nullish(),
};

/** `POST /v1/person/merge` (Ortto help, a-257). */
export const mergeBody = z.object({
  people: records(
    z.object({
      fields,
      location: z.json().optional(),
      tags: z.array(z.string().min(1).max(255)).nullish(),
      unset_tags: z.array(z.string().min(1).max(255)).nullish(),
      clear_fields: z.record(z.string(), z.boolean()).nullish(),
    }),
    'people',
  ),
  async: z.boolean().default(false),
  merge_by: z.array(z.string()).max(3).nullish(),
  merge_strategy: strategy.default(2),
  ...finding,
});

/** `POST /v1/activities/create` (Ortto help, a-271). `merge_by` is taken inside an activity too (recorded). */
export const activitiesBody = z.object({
  activities: records(
    z.object({
      activity_id: z.string(),
      attributes: fields.nullish(),
      fields: fields.nullish(),
      person_id: z.string().nullish(),
      location: z.json().optional(),
      created: z.iso.datetime({ offset: true }).nullish(),
      key: z.string().max(255).nullish(),
      merge_by: z.array(z.string()).max(3).nullish(),
    }),
    'activities',
  ),
  async: z.boolean().default(false),
  merge_by: z.array(z.string()).max(3).nullish(),
  merge_strategy: strategy.default(2),
  ...finding,
});

/** `POST /v1/person/custom-field/create` (recorded). */
export const customFieldBody = z.object({
  type: z.string(),
  name,
  values: z.array(text.min(1)).nullish(),
  track_changes: z.boolean().nullish(),
});

/** `POST /v1/definitions/activity/create` (recorded). */
export const definitionBody = z.object({
  name,
  icon_id: text.default('moneys-illustration-icon'),
  track_conversion_value: z.boolean().default(false),
  touch: z.boolean().default(false),
  filterable: z.boolean().default(true),
  visible_in_feeds: z.boolean().default(true),
  /** **Ours**: whose activity it is. Ortto's are made in its app. */
  entity: z.enum(['person', 'account']).default('person'),
  display_style: z
    .object({
      type: z.enum(['activity', 'activity_attribute', 'activity_template']),
      title: text.optional(),
      attribute_name: text.optional(),
      attribute_field_id: text.optional(),
    })
    .default({ type: 'activity' }),
  attributes: z
    .array(
      z.object({
        name,
        display_type: text,
        field_id: text.optional(),
      }),
    )
    .default([]),
});
