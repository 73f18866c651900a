import { either, elsewhere, sometimes, values } from '../openapi-example.ts';
import { mappingBody, uploadQuery } from './import-schemas.ts';
import type { OwnCalls } from './openapi-call.ts';

const tag = 'Imports';
const ACCOUNT = '106b04c22500000000010000';
const MISSING = 'there is no import 1';
const WRONG = 'the mapping is wrong: columns.Plan: there is no field str:cm:plan to be filled';
const REASON = 'E-mail: "nonsense" is not an e-mail address';

const AT = '2026-11-23T22:46:10.020Z';

const progress = {
  rows_done: 0,
  rows_total: either(null, 2),
  percent: 0,
  per_second: either(null, 53),
  seconds_left: either(null, 1),
  created: 0,
  merged: 0,
  untouched: 0,
  duplicate: 0,
  rejected: 0,
} as const;

/** Of a column that goes nowhere. */
const suggestion = elsewhere({ to: 'new_field', name: 'Plan', type: 'text' });
const note = elsewhere('e-mail permission, the other way round');

const sent = {
  id: '1',
  kind: 'people',
  name: 'people.csv',
  state: 'ready',
  dialect: { quote: '"', header: true, encoding: 'utf-8', delimiter: ',' },
  columns: [
    {
      name: 'E-mail',
      target: values({ to: 'field', field: 'str::email' }),
      suggestion,
      note,
      sample: ['ben@example.com', 'nonsense'],
    },
    {
      name: 'First name',
      target: values({ to: 'field', field: 'str::first' }),
      suggestion,
      note,
      sample: ['Ben', 'Nobody'],
    },
  ],
  merge_by: ['str::email'],
  merge_strategy: 2,
  tags: ['Webinar'],
  skip_non_existing: false,
  skip_non_existing_accounts: sometimes(false),
  activity_id: either(null, 'act:cm:meeting-booked'),
  country: either(null, 'PT'),
  timezone: 'UTC',
  progress,
  error: either(null, 'the file can not be read'),
  created_at: '2026-11-23T22:45:54.600Z',
  started_at: either(null, AT),
  finished_at: either(null, AT),
} as const;

const running = { ...sent, state: 'running', started_at: either(AT, null) } as const;
const done = {
  ...running,
  state: 'done',
  progress: {
    ...{ ...progress, rows_done: 2, rows_total: either(2, null), percent: 100 },
    ...{ per_second: either(53, null), created: 1, rejected: 1 },
  },
  finished_at: either('2026-11-23T22:46:10.058Z', null),
} as const;

/** Files that come in, for the description of the API. */
export const importCalls: OwnCalls = {
  '/api/imports': {
    get: {
      tag,
      operationId: 'listImports',
      summary: 'List imports',
      description: 'The newest hundred.',
      answer: { imports: [done] },
    },
    post: {
      tag,
      operationId: 'sendImport',
      summary: 'Send a file',
      description: `The body is the file as it is, of any size. What its columns mean is guessed and answered; nothing is taken in before it is started.`,
      query: uploadQuery,
      file: 'E-mail,First name\nben@example.com,Ben\nnonsense,Nobody\n',
      status: 201,
      answer: sent,
      refusals: { 400: 'the file is empty' },
    },
  },
  '/api/imports/{id}': {
    get: {
      tag,
      operationId: 'getImport',
      summary: 'Read an import',
      description: 'Its mapping, and how far it is.',
      answer: done,
      refusals: { 404: MISSING },
    },
    patch: {
      tag,
      operationId: 'mapImport',
      summary: 'Say what its columns mean',
      description: 'A column is named by its head or its number from 1. What is not named stays as it is.',
      body: {
        schema: mappingBody,
        example: { columns: { 'First name': { to: 'field', field: 'str::first' } }, merge_by: ['str::email'] },
      },
      answer: sent,
      refusals: { 400: WRONG, 404: MISSING, 409: 'import 1 is running: it can not be mapped any more' },
    },
    delete: {
      tag,
      operationId: 'deleteImport',
      summary: 'Forget an import',
      description: 'With its rejected rows. Whom it has brought stays.',
      status: 204,
      refusals: { 404: MISSING, 409: 'import 1 is running: it can not be deleted' },
    },
  },
  '/api/imports/{id}/check': {
    post: {
      tag,
      operationId: 'checkImport',
      summary: 'Try an import',
      description: 'Goes through the whole file as the import would, and writes nothing about anyone.',
      answer: {
        rows: 2,
        created: 1,
        merged: 0,
        untouched: 0,
        duplicate: 0,
        rejected: 1,
        notes: elsewhere([{ column: 'Unsubscribed', note: 'e-mail permission, the other way round' }]),
        accounts_created: elsewhere(1),
        sample: [
          {
            row: 2,
            status: 'created',
            person_id: elsewhere('006b04c22500000000040000'),
            account_id: elsewhere(ACCOUNT),
            before: values({}),
            after: values({ 'bol::p': true, 'bol::sp': false, 'str::email': 'ben@example.com', 'str::first': 'Ben' }),
            account: elsewhere({ account_id: sometimes(ACCOUNT), fields: values({ 'str:o:name': 'Acme' }) }),
          },
        ],
        rejected_sample: [{ row: 3, reason: REASON }],
      },
      refusals: { 400: WRONG, 404: MISSING, 409: 'import 1 is running: it can not be checked any more' },
    },
  },
  '/api/imports/{id}/start': {
    post: {
      tag,
      operationId: 'startImport',
      summary: 'Start an import',
      description: 'Or go on with one that was stopped. A row is taken once, whatever is killed.',
      answer: running,
      refusals: { 400: WRONG, 404: MISSING, 409: 'import 1 is done: it can not be started' },
    },
  },
  '/api/imports/{id}/stop': {
    post: {
      tag,
      operationId: 'stopImport',
      summary: 'Stop an import',
      description: 'After the rows in hand.',
      answer: { ...running, state: 'stopped' },
      refusals: { 404: MISSING, 409: 'import 1 is done: it can not be stopped' },
    },
  },
  '/api/imports/{id}/rejected': {
    get: {
      tag,
      operationId: 'rejectedOfImport',
      summary: 'Read the rows that were not taken',
      description: 'With their reasons, and as they stood.',
      answer: {
        type: 'text/csv',
        text: `row,reason,E-mail,First name\n3,"${REASON.replaceAll('"', '""')}",nonsense,Nobody\n`,
      },
      refusals: { 404: MISSING },
    },
  },
};
