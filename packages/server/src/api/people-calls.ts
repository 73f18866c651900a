import { selectionBody } from './ortto/people-schemas.ts';

const who = { inclusion_ids: ['006b04c22500000000040000'] };

/** The calls about people as a whole, for the description of the API. */
export const peopleCalls = {
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
} as const;
