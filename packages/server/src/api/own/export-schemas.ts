import { z } from 'zod';

/** In a query, lists are separated by commas; in a body, they are lists. */
const list = z
  .union([z.string().transform((given) => given.split(',').filter((part) => part !== '')), z.array(z.string())])
  .pipe(z.array(z.string().max(255)).max(10_000));
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((given) => given === 'true')]);

const style = {
  /** As `person/get` takes it; in a query, as JSON. */
  filter: z
    .unknown()
    .meta({ component: 'Filter' })
    .optional()
    .describe('As `person/get` takes it; in a query, as JSON'),
  delimiter: z
    .enum([',', ';', '|', 'tab'])
    .transform((given) => (given === 'tab' ? '\t' : given))
    .default(','),
  guard: flag
    .default(true)
    .describe('An apostrophe before what a spreadsheet would take for a formula; an import takes it away'),
};

/** `/api/exports/people.csv|.ndjson`, and of accounts. */
export const exportProfiles = z.strictObject({
  fields: list.optional().describe('Ids of fields, in a query separated by commas; all there are where it is not said'),
  headers: z.enum(['names', 'ids']).default('names'),
  ids: list.optional().describe('Of these only'),
  ...style,
});

const activities = {
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional().describe('Before this moment'),
  activities: list.optional().describe('Of these kinds only'),
  ...style,
};

/** `/api/exports/activities.csv|.ndjson`, and of accounts. */
export const exportActivities = {
  person: z.strictObject({ people: list.optional().describe('Of these people only'), ...activities }),
  account: z.strictObject({ accounts: list.optional().describe('Of these accounts only'), ...activities }),
};
