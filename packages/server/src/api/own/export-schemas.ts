import { z } from 'zod';

/** In a query, lists are separated by commas; in a body, they are lists. */
const list = z
  .union([z.string().transform((given) => given.split(',').filter((part) => part !== '')), z.array(z.string())])
  .pipe(z.array(z.string().max(255)).max(10_000));
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((given) => given === 'true')]);

const style = {
  /** As `person/get` takes it; in a query, as JSON. */
  filter: z.unknown().optional(),
  delimiter: z
    .enum([',', ';', '|', 'tab'])
    .transform((given) => (given === 'tab' ? '\t' : given))
    .default(','),
  guard: flag.default(true),
};

/** `/api/exports/people.csv|.ndjson`, and of accounts. */
export const exportProfiles = z.strictObject({
  fields: list.optional(),
  headers: z.enum(['names', 'ids']).default('names'),
  ids: list.optional(),
  ...style,
});

const activities = {
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  activities: list.optional(),
  ...style,
};

/** `/api/exports/activities.csv|.ndjson`, and of accounts. */
export const exportActivities = {
  person: z.strictObject({ people: list.optional(), ...activities }),
  account: z.strictObject({ accounts: list.optional(), ...activities }),
};
