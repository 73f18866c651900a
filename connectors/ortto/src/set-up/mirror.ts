import type { Provided, SetUpReport } from '@tributary/connector-kit';
import { customActivityId, customFieldId } from '@tributary/model';
import { z } from 'zod';
import { type Answer, type Api, wordsOf } from '../rest/api.ts';

/** Everything there is over there, by namespace and id (recorded). */
const schema = z.object({
  namespaces: z.record(z.string(), z.object({ fields: z.record(z.string(), z.unknown()).nullish() })),
});

/** One that exists: Ortto's own script reads 423 so, and 409 is documented for conflicts. */
const isThere = ({ status }: Answer): boolean => status === 409 || status === 423;

/**
 * Makes the fields and activities over there that are not there yet, with the same ids: journeys can then write them, and
 * those of Ortto begin with them. Names are what ids follow from, there as here (recorded).
 */
export async function mirror(
  api: Api,
  { fields, activities }: Provided,
): Promise<Pick<SetUpReport, 'made' | 'found' | 'warnings'>> {
  const read = schema.safeParse((await api.post('/instance-schema/get', { namespaces: [] })).body);
  const known = new Set(
    Object.values(read.data?.namespaces ?? {}).flatMap((namespace) => Object.keys(namespace.fields ?? {})),
  );
  const wanted = [
    ...fields.map(({ name, type }) => ({
      id: customFieldId(name, type),
      words: `The field “${name}”`,
      make: () => api.post('/person/custom-field/create', { name, type }),
    })),
    ...activities.map(({ name, attributes }) => ({
      id: customActivityId(name),
      words: `The activity “${name}”`,
      make: () => api.post('/definitions/activity/create', definitionOf(name, attributes)),
    })),
  ];
  const report = { made: [] as string[], found: [] as string[], warnings: [] as string[] };
  for (const { id, words, make } of wanted) {
    const answer = known.has(id) ? undefined : await make();
    if (!answer || isThere(answer)) report.found.push(words);
    else if (answer.ok) report.made.push(words);
    else report.warnings.push(`${words} could not be made: ${wordsOf(answer.body) ?? answer.status}.`);
  }
  return report;
}

/** As Ortto's help shows one (a-273). */
function definitionOf(name: string, attributes: Provided['activities'][number]['attributes']): object {
  return {
    ...{ name, icon_id: 'moneys-illustration-icon', display_style: { type: 'activity' } },
    ...{ track_conversion_value: false, touch: false, filterable: true, visible_in_feeds: true },
    attributes: attributes.map((attribute) => ({ name: attribute.name, display_type: attribute.type })),
  };
}
