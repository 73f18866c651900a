import { addressesBody, historyBody, selectionBody, suppressionListBody } from './ortto/people-schemas.ts';
import { mergeBody } from './ortto/schemas.ts';

const who = { inclusion_ids: ['006b04c22500000000040000'] };

/** The calls about people as a whole, for the description of the API. */
export const peopleCalls = {
  '/v1/persons/merge': {
    summary:
      'As person/merge, for scripts written after a widely copied guide: values may be wrapped as `{"v": …}`, and custom fields are made on first use',
    body: mergeBody,
    example: {
      people: [{ fields: { 'str::email': { v: 'anna@example.com' }, 'str::kommo_lead_id': { v: '4711' } } }],
      merge_by: ['str::email'],
    },
    answer: {
      people: [{ id: '006b04c22500000000040000', person_id: '006b04c22500000000040000', status: 'created' }],
    },
  },
  '/v1/person/archive': {
    method: 'put',
    summary: 'Put people away: no search finds them, no journey takes them, nothing is sent',
    body: selectionBody,
    example: who,
    answer: { scheduled_contacts: 0, archived_contacts: 1 },
  },
  '/v1/person/restore': {
    method: 'put',
    summary: 'Bring archived people back',
    body: selectionBody,
    example: who,
    answer: { scheduled_contacts: 0, restored_contacts: 1 },
  },
  '/v1/person/delete': {
    method: 'delete',
    summary: 'Delete archived people, and all that is known of them',
    body: selectionBody,
    example: who,
    answer: { scheduled_contacts: 0, deleted_contacts: 1 },
  },
  '/v1/person/get/activities': {
    summary: 'What a person did, newest first',
    body: historyBody,
    example: { person_id: '006b04c22500000000040000', activities: ['act::s-all'], timeframe: { type: 'last-7-days' } },
    answer: {
      activities: [
        {
          id: '006b04c22500000000080000',
          field_id: 'act::s-all',
          created_at: '2026-11-23T22:45:54.600Z',
          attr: { 'str::is': 'API', 'str::s-ctx': 'Subscribed via API' },
          render_cmds: [{ content: 'Subscribed to email' }, { content: '.' }],
        },
      ],
      meta: { total_activities: 1, field_ids: null, has_more: false, retention: { type: 'time', max_value: 90 } },
      offset: 0,
      next_offset: 1,
    },
    refusals: { 404: 'There is no such person' },
  },
  '/v1/suppression-list/email/get': {
    summary: 'The addresses that get no mail',
    body: suppressionListBody,
    example: { sort: 'email', sort_order: 'desc', limit: 5, offset: 0 },
    answer: {
      emails: [{ email: 'anna@example.com', reason: 'Added via API', created_at: '2026-11-23T22:45:54.600Z' }],
      total: 1,
      offset: 0,
      next_offset: 1,
      has_more: false,
    },
  },
  '/v1/suppression-list/email/add': {
    method: 'put',
    summary: 'Send no mail to these addresses, whoever has them',
    body: addressesBody,
    example: { emails: ['anna@example.com'] },
    answer: { emails: [{ email: 'anna@example.com', status: 'suppressed' }] },
  },
  '/v1/suppression-list/email/remove': {
    method: 'put',
    summary: 'Mail may be sent to these addresses again',
    body: addressesBody,
    example: { emails: ['anna@example.com'] },
    answer: { emails: [{ email: 'anna@example.com', status: 'unsuppressed' }] },
  },
} as const;
