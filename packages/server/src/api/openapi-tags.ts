import type { Json } from './openapi-schema.ts';

const wire = {
  People: 'Who they are: made, changed, found, archived and deleted.',
  Activities: 'What people did.',
  Audiences: 'Live groups of people, and what people say of the mail they get.',
  'Suppression list': 'Addresses that get no mail, whoever has them.',
  Accounts: 'The companies that people belong to.',
  'Fields and kinds': 'Custom fields, kinds of activities and tags: what there is to know of people and accounts.',
  Organizations: 'Accounts under the name they had until June 2025: the same calls, word for word.',
  Aliases: 'For scripts written after a widely copied guide instead of the documentation.',
} as const;

const own = {
  'Making audiences': 'Ortto makes them in its app. Here there are calls.',
  Identity: 'Two people who turn out to be one, and two again.',
  Journeys: 'Written, tried, put on and changed while people are inside.',
  Sending: 'Under which rules messages go.',
  'Mail that comes in': 'Answers and bounces, as a mail provider or a mail server passes them on.',
  Imports: 'CSV files of people, accounts and what they did, of any size: sent, mapped, tried, taken in.',
  Exports: 'People, accounts and what they did, as CSV or NDJSON, streamed.',
} as const;

export type Tag = keyof typeof wire | keyof typeof own;

/** The groups of calls in the order they are read in. */
export const tags: Json[] = Object.entries({ ...wire, ...own }).map(([name, description]) => ({ name, description }));

/** A heading over them, for pages that know it. */
export const tagGroups: Json[] = [
  { name: 'Ortto’s wire', tags: Object.keys(wire) },
  { name: 'Tributary’s own', tags: Object.keys(own) },
];
