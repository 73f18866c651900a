import { action, flag } from '@tributary/connector-kit';
import type { Value } from '@tributary/model';
import { z } from 'zod';
import { itemsOf, problemWithField } from '../values.ts';
import { writeOf } from '../writes.ts';
import { fieldIds, inputs, keysOf, mergeBy, valuesOf } from './input.ts';

/** What is copied when the step does not say. */
const usualFields = 'str::email, str::ei, str::first, str::last';

const named = {
  fields: fieldIds.optional(),
  tags: z.string('expected tags with commas between').optional(),
  unsetTags: z.string('expected tags with commas between').optional(),
  mergeBy: mergeBy.optional(),
  strategy: z
    .union([z.literal([1, 2, 3]), z.literal(['1', '2', '3'])], 'expected 1, 2 or 3')
    .transform((given) => Number(given) as 1 | 2 | 3)
    .default(2),
  skipNonExisting: flag.default(false),
};

/** Makes or changes the person over there: with what is known of them here, and with what the step says. */
export const merge = action({
  name: 'Merge the person',
  input: inputs(named, problemWithField),
  write(asked, of) {
    const fields: Record<string, Value> = {};
    for (const id of itemsOf(asked.fields ?? usualFields)) {
      const value = of.person.fields[id];
      if (value !== undefined && value !== null) fields[id] = value;
    }
    const said = valuesOf(asked, named);
    const keys = keysOf(asked.mergeBy, { ...of.person.fields, ...said });
    if ('skip' in keys) return keys;
    return writeOf(of.person.id, {
      kind: 'merge',
      body: {
        fields: { ...fields, ...said, ...keys.fields },
        by: keys.by,
        tags: itemsOf(asked.tags ?? ''),
        unsetTags: itemsOf(asked.unsetTags ?? ''),
        strategy: asked.strategy,
        skipNonExisting: asked.skipNonExisting,
        at: of.requestedAt.toISOString(),
      },
    });
  },
});
