import type { ActionMoment, ConnectorAction, Write } from '@tributary/connector-kit';
import { z } from 'zod';

/** What people write: trimmed, and something. */
export const text = (most: number) => z.string('expected a text').trim().min(1, 'is empty').max(most);

/** A thing of the account by its name or its id. */
export const nameOrId = z.union([text(255), z.int().positive()], 'expected a name or an id').transform(String);

/** Inputs of a step are Liquid: what was computed comes as text. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])], 'expected true or false')
  .transform((given) => given === true || given === 'true');

export type Asked = Omit<Write, 'key'> | { skip: string };

/** A step. What is fine as Liquid may still come out wrong: then it is not done, with the reason. */
export function action<Input extends Record<string, unknown>>(o: {
  name: string;
  input: z.ZodType<Input>;
  write(input: Input, of: ActionMoment): Asked;
}): ConnectorAction {
  return {
    name: o.name,
    input: o.input,
    write(given, of) {
      const read = o.input.safeParse(given);
      if (read.success) return o.write(read.data, of);
      const [issue] = read.error.issues;
      return { skip: `${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'not valid'}` };
    },
  };
}

export const noDeal = { skip: 'the person has no deal in Kommo' };
export const noContact = { skip: 'the person has no contact in Kommo' };
