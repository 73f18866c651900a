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
const which = { inclusion_ids: [id] };
const members = { account_id: id, person_ids: ['006b04c22500000000040000'] };

const of = {
  '/merge': {
    summary: 'Make or change up to 100 accounts',
    body: accountMergeBody,
    example: {
      accounts: [{ fields: { 'str:o:name': 'Acme', 'int:o:employees': 40 }, tags: ['Partner'] }],
      merge_by: ['str:o:name'],
      merge_strategy: 2,
      find_strategy: 0,
    },
    answer: { accounts: [{ account_id: id, status: 'created' }] },
  },
  '/get': {
    summary: 'Find accounts: by filter, free text, sorted, page by page',
    body: accountsGetBody,
    example: { limit: 1, sort_by_field_id: 'ol', fields: ['str:o:name', 'ol'] },
    answer: {
      accounts: [{ id, fields: { 'str:o:name': 'Acme', ol: '2026-11-23T22:45:54.600Z' } }],
      meta: { total_contacts: 0, total_organizations: 3, total_matches: 3, total_subscribers: 0 },
      offset: 0,
      next_offset: 1,
      cursor_id: id,
      has_more: true,
    },
  },
  '/get-by-ids': {
    summary: 'Read accounts by their ids',
    body: accountsGetByIdsBody,
    example: { account_ids: [id], fields: ['str:o:name', 'ids:o:p'] },
    answer: { accounts: { [id]: { id, fields: { 'str:o:name': 'Acme', 'ids:o:p': ['006b04c22500000000040000'] } } } },
  },
  '/archive': {
    method: 'put',
    summary: 'Put accounts away: no search finds them, and nobody belongs to them',
    body: selectionBody,
    example: which,
    answer: { scheduled_organizations: 0, archived_organizations: 1 },
  },
  '/restore': {
    method: 'put',
    summary: 'Bring archived accounts back, with their people',
    body: selectionBody,
    example: which,
    answer: { scheduled_organizations: 0, restored_organizations: 1 },
  },
  '/delete': {
    method: 'delete',
    summary: 'Delete archived accounts; their people stay',
    body: selectionBody,
    example: which,
    answer: { scheduled_accounts: 0, deleted_accounts: 1 },
  },
  '/contacts/add': {
    method: 'put',
    summary: 'Let people belong to an account',
    body: accountContactsBody,
    example: members,
    answer: {},
    refusals: { 404: 'There is no such account' },
  },
  '/contacts/remove': {
    method: 'put',
    summary: 'Take people out of an account',
    body: accountContactsBody,
    example: members,
    answer: {},
    refusals: { 404: 'There is no such account' },
  },
  '/activities/create': {
    summary: 'Record up to 100 activities of accounts',
    body: accountActivitiesBody,
    example: {
      activities: [{ activity_id: 'act:oc:contract-signed', fields: { 'str:o:name': 'Acme' }, key: 'contract-1' }],
      merge_by: ['str:o:name'],
    },
    answer: { activities: [{ status: 'queued', account_status: 'queued' }] },
  },
  '/custom-field/create': {
    summary: 'Add a custom field of accounts',
    body: customFieldBody,
    example: { type: 'single_select', name: 'Tier', values: ['Gold', 'Silver'] },
    answer: { name: 'Tier', field_id: 'str:oc:tier', display_type: 'single_select', values: ['Gold', 'Silver'] },
    refusals: { 423: 'The field is there already' },
  },
  '/custom-field/get': {
    summary: 'The custom fields of accounts',
    body: nothingBody,
    example: {},
    answer: {
      fields: [
        {
          id: 'str:oc:tier',
          name: 'Tier',
          display_type: 'single_select',
          liquid_name: 'account.custom.tier',
          dic_items: ['Gold', 'Silver'],
        },
      ],
    },
  },
  '/custom-field/update': {
    method: 'put',
    summary: 'Change what a select of accounts offers',
    body: accountFieldUpdateBody,
    example: { field_id: 'str:oc:tier', add_values: ['Bronze'] },
    answer: { field_id: 'str:oc:tier', values: ['Gold', 'Silver', 'Bronze'], track_changes: false },
    refusals: { 404: 'There is no such custom field' },
  },
} as const;

/** The calls about accounts, in both spellings, for the description of the API. */
export const accountCalls = Object.fromEntries(
  ['/v1/accounts', '/v1/organizations'].flatMap((spelling) =>
    Object.entries(of).map(([path, call]) => [`${spelling}${path}`, call]),
  ),
);
