import { z } from 'zod';
import type { ActionMoment, ConnectorAction } from './contract.ts';

/** Inputs of a step are Liquid: what was computed comes as text. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])], 'expected true or false')
  .transform((given) => given === true || given === 'true');

/** A step. What is fine as Liquid may still come out wrong: then it is not done, with the reason. */
export function action<Input extends Record<string, unknown>>(o: {
  name: string;
  input: z.ZodType<Input>;
  write(input: Input, of: ActionMoment): ReturnType<ConnectorAction['write']>;
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
