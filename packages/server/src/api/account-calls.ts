import type { Call } from './openapi-call.ts';
import { byId, either, elsewhere, sometimes, values } from './openapi-example.ts';
import {
  accountActivitiesBody,
  accountContactsBody,
  accountFieldUpdateBody,
  accountMergeBody,
  accountsGetBody,
  accountsGetByIdsBody,
} from './ortto/accounts.schema.ts';
import { nothingBody } from './ortto/catalog.schema.ts';
import { selectionBody } from './ortto/people-schemas.ts';
import { customFieldBody } from './ortto/schemas.ts';

const id = '106b04c22500000000040000';
const WRONG = 'failed to validate field str:oc:tier: Object not found';
const which = { inclusion_ids: [id] };
const members = { account_id: id, person_ids: ['006b04c22500000000040000'] };

const of = {
  '/merge': {
    summary: 'Make or change accounts',
    description:
      'Up to 100, found by the fields that `merge_by` names, or made; strategies and answers as those of `person/merge`.',
    body: accountMergeBody,
    example: {
      accounts: [{ fields: { 'str:o:name': 'Acme', 'int:o:employees': 40 }, tags: ['Partner'] }],
      merge_by: ['str:o:name'],
      merge_strategy: 2,
      find_strategy: 0,
    },
    answer: { accounts: [{ account_id: sometimes(id), status: 'created', error: elsewhere(WRONG) }] },
  },
  '/get': {
    summary: 'Find accounts',
    description:
      'As `person/get`: by filter, free text, sorted, page by page; also among `inclusion_ids`, and without `exclusion_ids`.',
    body: accountsGetBody,
    example: { limit: 1, sort_by_field_id: 'ol', fields: ['str:o:name', 'ol'] },
    answer: {
      accounts: either([{ id, fields: values({ 'str:o:name': 'Acme', ol: '2026-11-23T22:45:54.600Z' }) }], null),
      meta: { total_contacts: 0, total_organizations: 3, total_matches: 3, total_subscribers: 0 },
      offset: 0,
      next_offset: 1,
      cursor_id: `${id}.WyJvbCIsIjIwMjYtMTEtMjMgMjI6NDU6NTQuNiswMCJd`,
      has_more: true,
    },
  },
  '/get-by-ids': {
    summary: 'Read accounts by their ids',
    description:
      'An object keyed by id; unknown ids are absent. `ids:o:p`, its people, comes only when it is asked for.',
    body: accountsGetByIdsBody,
    example: { account_ids: [id], fields: ['str:o:name', 'ids:o:p'] },
    answer: {
      accounts: byId({
        [id]: { id, fields: values({ 'str:o:name': 'Acme', 'ids:o:p': ['006b04c22500000000040000'] }) },
      }),
    },
  },
  '/archive': {
    method: 'put',
    summary: 'Archive accounts',
    description: 'No search finds them, and nobody belongs to them.',
    body: selectionBody,
    example: which,
    answer: { scheduled_organizations: 0, archived_organizations: 1 },
  },
  '/restore': {
    method: 'put',
    summary: 'Restore archived accounts',
    description: 'Their people are back.',
    body: selectionBody,
    example: which,
    answer: { scheduled_organizations: 0, restored_organizations: 1 },
  },
  '/delete': {
    method: 'delete',
    summary: 'Delete archived accounts',
    description: 'Their people stay.',
    body: selectionBody,
    example: which,
    answer: { scheduled_accounts: 0, deleted_accounts: 1 },
  },
  '/contacts/add': {
    method: 'put',
    summary: 'Add people to an account',
    description: 'Up to 3,000 people an account. Somebody can belong to several.',
    body: accountContactsBody,
    example: members,
    answer: {},
    refusals: { 404: `there is no account ${id}` },
  },
  '/contacts/remove': {
    method: 'put',
    summary: 'Take people out of an account',
    body: accountContactsBody,
    example: members,
    answer: {},
    refusals: { 404: `there is no account ${id}` },
  },
  '/activities/create': {
    summary: 'Record activities of accounts',
    description: 'Up to 100, of kinds `act:oc:…`. They stand on no person’s timeline.',
    body: accountActivitiesBody,
    example: {
      activities: [{ activity_id: 'act:oc:contract-signed', fields: { 'str:o:name': 'Acme' }, key: 'contract-1' }],
      merge_by: ['str:o:name'],
    },
    answer: {
      activities: [
        {
          account_id: elsewhere(id),
          status: 'queued',
          account_status: sometimes('queued'),
          error: elsewhere(WRONG),
        },
      ],
    },
  },
  '/custom-field/create': {
    summary: 'Add a custom field of accounts',
    description: 'The id follows from type and name.',
    body: customFieldBody,
    example: { type: 'single_select', name: 'Tier', values: ['Gold', 'Silver'] },
    answer: {
      ...{ name: 'Tier', field_id: 'str:oc:tier', display_type: 'single_select' },
      ...{ values: sometimes(['Gold', 'Silver']), track_changes: elsewhere(true) },
    },
    refusals: { 423: 'str:oc:tier: the field already exists' },
  },
  '/custom-field/get': {
    summary: 'List custom fields of accounts',
    description: 'Flat, unlike those of people; `{"fields": null}` where there are none.',
    body: nothingBody,
    example: {},
    answer: {
      fields: either(
        [
          {
            id: 'str:oc:tier',
            name: 'Tier',
            display_type: 'single_select',
            liquid_name: 'account.custom.tier',
            dic_items: sometimes(['Gold', 'Silver']),
          },
        ],
        null,
      ),
    },
  },
  '/custom-field/update': {
    method: 'put',
    summary: 'Change what a select of accounts offers',
    description: 'Of `replace_values`, `add_values` and `remove_values` the first that is given counts.',
    body: accountFieldUpdateBody,
    example: { field_id: 'str:oc:tier', add_values: ['Bronze'] },
    answer: { field_id: 'str:oc:tier', values: either(['Gold', 'Silver', 'Bronze'], null), track_changes: false },
    refusals: { 404: 'str:oc:tier: there is no such custom field' },
  },
} as const satisfies Readonly<Record<string, Omit<Call, 'tag'>>>;

/** The calls about accounts, in both spellings, for the description of the API. */
export const accountCalls: Readonly<Record<string, Call>> = Object.fromEntries(
  (
    [
      ['accounts', 'Accounts'],
      ['organizations', 'Organizations'],
    ] as const
  ).flatMap(([spelling, tag]) =>
    Object.entries(of).map(([path, call]): [string, Call] => [`/v1/${spelling}${path}`, { ...call, tag }]),
  ),
);
