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

/** `/api/exports/people.csv|.ndjson` */
export const exportPeople = z.strictObject({
  fields: list.optional(),
  headers: z.enum(['names', 'ids']).default('names'),
  ids: list.optional(),
  ...style,
});

/** `/api/exports/activities.csv|.ndjson` */
export const exportActivities = z.strictObject({
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  activities: list.optional(),
  people: list.optional(),
  ...style,
});
