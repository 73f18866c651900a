import type { z } from 'zod';
import type { FileKind } from '../../imports/index.ts';
import type { Json } from '../openapi-schema.ts';
import { exportActivities, exportProfiles } from './export-schemas.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';

const PERSON = '006b04c22500000000040000';

function exported(o: { kind: FileKind; schema: z.ZodType; example: Json; type: string; text: string }) {
  const { kind, schema, example, type, text } = o;
  const format = type === 'text/csv' ? 'CSV' : 'NDJSON';
  const words = kind.split('-');
  const what = words.join(' ');
  const name = `export${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}${format === 'CSV' ? 'Csv' : 'Ndjson'}`;
  const shared = {
    tag: 'Exports',
    description: 'Streamed; who is archived is left out.',
    answer: { type, text },
    refusals: { 400: 'there is no field str:cm:plan' },
  } as const satisfies Partial<OwnCall>;
  return {
    get: { ...shared, operationId: name, summary: `Export ${what} as ${format}`, query: schema },
    post: {
      ...shared,
      operationId: `${name}ByBody`,
      summary: `Export ${what} as ${format}, asked in a body`,
      body: { schema, example },
    },
  };
}

const ACCOUNT = '106b04c22500000000010000';

const people = { kind: 'people', schema: exportProfiles, example: { fields: ['str::email'], headers: 'ids' } } as const;
const accounts = {
  kind: 'accounts',
  schema: exportProfiles,
  example: { fields: ['str:o:name'], headers: 'ids' },
} as const;
const example = { from: '2026-11-01T00:00:00Z', activities: ['act:cm:meeting-booked'] } as const;
const activities = { kind: 'activities', schema: exportActivities.person, example } as const;
const accountActivities = { kind: 'account-activities', schema: exportActivities.account, example } as const;

/** What goes out, for the description of the API. */
export const exportCalls: OwnCalls = {
  '/api/exports/people.csv': exported({
    ...people,
    type: 'text/csv',
    text: `person_id,str::email\n${PERSON},anna@example.com\n`,
  }),
  '/api/exports/people.ndjson': exported({
    ...people,
    type: 'application/x-ndjson',
    text: `{"id":"${PERSON}","fields":{"str::email":"anna@example.com"}}\n`,
  }),
  '/api/exports/activities.csv': exported({
    ...activities,
    type: 'text/csv',
    text: `id,person_id,str::email,activity_id,activity,occurred_at,key,source,attributes
006b04c22500000000080000,${PERSON},anna@example.com,act:cm:meeting-booked,Meeting booked,2026-11-20T10:00:00.000Z,meeting-1,API,"{""str:cm:place"":""Lisbon""}"
`,
  }),
  '/api/exports/activities.ndjson': exported({
    ...activities,
    type: 'application/x-ndjson',
    text: `{"id":"006b04c22500000000080000","person_id":"${PERSON}","email":"anna@example.com","activity_id":"act:cm:meeting-booked","occurred_at":"2026-11-20T10:00:00.000Z","key":"meeting-1","source":"API","attributes":{"str:cm:place":"Lisbon"}}\n`,
  }),
  '/api/exports/accounts.csv': exported({
    ...accounts,
    type: 'text/csv',
    text: `account_id,str:o:name\n${ACCOUNT},Acme\n`,
  }),
  '/api/exports/accounts.ndjson': exported({
    ...accounts,
    type: 'application/x-ndjson',
    text: `{"id":"${ACCOUNT}","fields":{"str:o:name":"Acme"}}\n`,
  }),
  '/api/exports/account-activities.csv': exported({
    ...accountActivities,
    type: 'text/csv',
    text: `id,account_id,str:o:name,activity_id,activity,occurred_at,key,source,attributes
006b04c22500000000090000,${ACCOUNT},Acme,act:oc:renewed,Renewed,2026-11-20T10:00:00.000Z,,API,{}
`,
  }),
  '/api/exports/account-activities.ndjson': exported({
    ...accountActivities,
    type: 'application/x-ndjson',
    text: `{"id":"006b04c22500000000090000","account_id":"${ACCOUNT}","name":"Acme","activity_id":"act:oc:renewed","occurred_at":"2026-11-20T10:00:00.000Z","key":null,"source":"API","attributes":{}}\n`,
  }),
};
