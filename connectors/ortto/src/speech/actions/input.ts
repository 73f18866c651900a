import type { Fields, Value } from '@tributary/model';
import { z } from 'zod';
import { KEYS_MAX } from '../limits.ts';
import { type Given, itemsOf, problemWithField, worded } from '../values.ts';

const scalar = z.union([z.string().max(20_000), z.number(), z.boolean()], 'expected a text, a number, true or false');
export type Scalar = z.infer<typeof scalar>;

/** Ids of people's fields, with commas between. */
export const fieldIds = z.string('expected field ids with commas between').superRefine((text, ctx) => {
  if (itemsOf(text).length === 0) ctx.addIssue({ code: 'custom', message: 'is empty' });
  for (const id of itemsOf(text)) {
    const problem = problemWithField(id);
    if (problem !== undefined) ctx.addIssue({ code: 'custom', message: `"${id}" ${problem}` });
  }
});

export const mergeBy = fieldIds.refine((text) => itemsOf(text).length <= KEYS_MAX, `takes ${KEYS_MAX} fields at most`);

/**
 * What a step takes: inputs by their names, and values by the ids they are for.
 * `problem` says what is wrong with such an id.
 */
export function inputs<T extends z.ZodRawShape>(named: T, problem: (id: string) => string | undefined) {
  return z
    .object(named)
    .catchall(scalar)
    .superRefine((given, ctx) => {
      for (const [id, value] of Object.entries(given)) {
        if (Object.hasOwn(named, id)) continue;
        const wrong = problem(id);
        if (wrong === undefined) {
          const read = worded(id, value as Given);
          if ('why' in read) ctx.addIssue({ code: 'custom', path: [id], message: read.why });
        } else {
          const names = Object.keys(named).join(', ');
          ctx.addIssue({ code: 'custom', path: [id], message: `"${id}" ${wrong}, nor one of ${names}` });
        }
      }
    });
}

/** The values that are not inputs by name; the empty ones left out. */
export function valuesOf(given: Readonly<Record<string, unknown>>, named: z.ZodRawShape): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [id, value] of Object.entries(given)) {
    if (Object.hasOwn(named, id)) continue;
    const read = worded(id, value as Given);
    if ('value' in read && read.value !== undefined) values[id] = read.value;
  }
  return values;
}

/** What a person is found by when the step does not say: as a key of ours, or Ortto's, finds them. */
const usualKeys = ['str::email', 'str::ei'];

/** Those of the keys that there is something to say of, with it; or why the person can not be found. */
export function keysOf(
  asked: string | undefined,
  fields: Fields,
): { by: string[]; fields: Record<string, Value> } | { skip: string } {
  const wanted = asked === undefined ? usualKeys : itemsOf(asked);
  const by = wanted.filter((id) => fields[id] !== undefined && fields[id] !== null && fields[id] !== '');
  if (by.length === 0) return { skip: `the person has nothing to be found by in Ortto: ${wanted.join(', ')}` };
  return { by, fields: Object.fromEntries(by.map((id) => [id, fields[id]!])) };
}
