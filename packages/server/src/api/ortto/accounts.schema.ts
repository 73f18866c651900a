import { z } from 'zod';
import { searching } from './person-get.schema.ts';
import {
  choices,
  fields,
  findStrategy,
  goneChoices,
  happened,
  isAsync,
  mergeBy,
  mergeStrategy,
  recordParts,
  records,
  skipNonExisting,
  text,
} from './schemas.ts';

/** Recorded for `accounts/get-by-ids`. */
const FIELDS_BY_IDS_MAX = 20;
const IDS_MAX = 500;
/** So many people an account has at most (Ortto help, accounts). */
const PEOPLE_MAX = 3000;

/** `POST /v1/accounts/merge` (Ortto help, "Create or update accounts"): here `merge_by` has to be given. */
export const accountMergeBody = z.object({
  accounts: records(z.object(recordParts), 'accounts'),
  async: isAsync.describe('Makes no difference: it is recorded before it is answered'),
  merge_by: mergeBy.min(1, 'merge_by has to be given').describe('By which fields accounts are found, tried in order'),
  merge_strategy: mergeStrategy,
  find_strategy: findStrategy,
  skip_non_existing: skipNonExisting,
});

/** `POST /v1/accounts/activities/create` (Ortto help, a-890). */
export const accountActivitiesBody = z.object({
  activities: records(
    z.object({
      activity_id: z.string().describe('What happened: `act:oc:contract-signed`'),
      attributes: happened.attributes,
      fields: fields.nullish().describe('Of the account: they find, make and change whose it is'),
      account_id: z.string().nullish().describe('Whose it is'),
      created: happened.created,
      key: happened.key,
      merge_by: mergeBy.nullish().describe('As that of the whole request, for this one'),
    }),
    'activities',
  ),
  async: isAsync.describe('Makes no difference: it is recorded before it is answered'),
  merge_by: mergeBy.nullish().describe('By which fields accounts are found; `["str:o:name"]` where it is not said'),
  merge_strategy: mergeStrategy,
  find_strategy: findStrategy,
  skip_non_existing: skipNonExisting,
});

/** `POST /v1/accounts/get`. A limit out of range is the default of 50, as with people; `type` is looked at by the route. */
export const accountsGetBody = z.object({
  ...searching,
  type: z.string().nullish().describe('`archived`: those that are'),
  inclusion_ids: z.array(z.string()).nullish().describe('Only these'),
  exclusion_ids: z.array(z.string()).nullish().describe('None of these'),
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
  replace_values: choices,
  add_values: choices,
  remove_values: goneChoices,
  track_changes: z.boolean().nullish(),
});
