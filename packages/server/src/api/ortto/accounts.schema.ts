import { z } from 'zod';
import { fields, records, strategy, text } from './schemas.ts';

const FIELDS_MAX = 150;
/** Recorded for `accounts/get-by-ids`. */
const FIELDS_BY_IDS_MAX = 20;
const IDS_MAX = 500;
/** So many people an account has at most (Ortto help, accounts). */
const PEOPLE_MAX = 3000;

const findStrategy = z.union([z.literal(0), z.literal(1), z.literal(2)]).default(0);
const mergeBy = z.array(z.string()).max(3);
const tags = z.array(z.string().min(1).max(255)).nullish();

/** `POST /v1/accounts/merge` (Ortto help, "Create or update accounts"): here `merge_by` has to be given. */
export const accountMergeBody = z.object({
  accounts: records(
    z.object({ fields, tags, unset_tags: tags, clear_fields: z.record(z.string(), z.boolean()).nullish() }),
    'accounts',
  ),
  async: z.boolean().default(false),
  merge_by: mergeBy.min(1, 'merge_by has to be given'),
  merge_strategy: strategy.default(2),
  find_strategy: findStrategy,
  skip_non_existing: z.boolean().default(false),
});

/** `POST /v1/accounts/activities/create` (Ortto help, a-890). */
export const accountActivitiesBody = z.object({
  activities: records(
    z.object({
      activity_id: z.string(),
      attributes: fields.nullish(),
      fields: fields.nullish(),
      account_id: z.string().nullish(),
      created: z.iso.datetime({ offset: true }).nullish(),
      key: z.string().max(255).nullish(),
      merge_by: mergeBy.nullish(),
    }),
    'activities',
  ),
  async: z.boolean().default(false),
  merge_by: mergeBy.nullish(),
  merge_strategy: strategy.default(2),
  find_strategy: findStrategy,
  skip_non_existing: z.boolean().default(false),
});

/** `POST /v1/accounts/get`. A limit out of range is the default of 50, as with people; `type` is looked at by the route. */
export const accountsGetBody = z.object({
  limit: z.number().nullish(),
  offset: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
  cursor_id: z.string().nullish(),
  sort_by_field_id: z.string().nullish(),
  sort_order: z.enum(['asc', 'desc', '']).nullish(),
  fields: z.array(z.string()).max(FIELDS_MAX, `more than ${FIELDS_MAX} fields`).nullish(),
  q: text.max(255).nullish(),
  type: z.string().nullish(),
  filter: z.json().optional(),
  inclusion_ids: z.array(z.string()).nullish(),
  exclusion_ids: z.array(z.string()).nullish(),
});

/** `POST /v1/accounts/get-by-ids` (recorded). */
export const accountsGetByIdsBody = z.object({
  account_ids: z.array(z.string()).max(IDS_MAX, `more than ${IDS_MAX} ids`),
  fields: z.array(z.string()).max(FIELDS_BY_IDS_MAX, `more than ${FIELDS_BY_IDS_MAX} fields`).nullish(),
});

/** `PUT /v1/accounts/contacts/add` and `remove` (recorded). */
export const accountContactsBody = z.object({
  account_id: z.string(),
  person_ids: z.array(z.string()).max(PEOPLE_MAX, `more than ${PEOPLE_MAX} people`),
});

/** `PUT /v1/accounts/custom-field/update` (recorded). Of the three lists, the first that is given counts. */
export const accountFieldUpdateBody = z.object({
  field_id: text,
  replace_values: z.array(text.min(1)).nullish(),
  add_values: z.array(text.min(1)).nullish(),
  remove_values: z.array(text.min(1)).nullish(),
  track_changes: z.boolean().nullish(),
});
