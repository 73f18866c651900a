import type { z } from 'zod';
import type { Json } from '../openapi-schema.ts';
import { exportActivities, exportPeople } from './export-schemas.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';

const PERSON = '006b04c22500000000040000';

function exported(o: { what: 'people' | 'activities'; schema: z.ZodType; example: Json; type: string; text: string }) {
  const { what, schema, example, type, text } = o;
  const format = type === 'text/csv' ? 'CSV' : 'NDJSON';
  const name = `export${what === 'people' ? 'People' : 'Activities'}${format === 'CSV' ? 'Csv' : 'Ndjson'}`;
  const shared = {
    tag: 'Exports',
    description: 'Streamed; archived people are left out.',
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

const people = { what: 'people', schema: exportPeople, example: { fields: ['str::email'], headers: 'ids' } } as const;
const activities = {
  what: 'activities',
  schema: exportActivities,
  example: { from: '2026-11-01T00:00:00Z', activities: ['act:cm:meeting-booked'] },
} as const;

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
};
