import { isStorable } from '@tributary/model';
import { z } from 'zod';
import { type FileKind, kinds } from '../../imports/index.ts';

const text = z.string().max(255).refine(isStorable, 'can not hold U+0000 or half a surrogate pair');
const flag = z.enum(['true', 'false']).transform((given) => given === 'true');

/** `POST /api/imports?…` */
export const uploadQuery = z.object({
  kind: z.enum(Object.keys(kinds) as FileKind[]).default('people'),
  name: text.default('file.csv'),
  delimiter: z
    .string()
    .transform((given) => (given === '\\t' || given === 'tab' ? '\t' : given))
    .refine((given) => given.length === 1 && !/["'\r\n]/.test(given), 'one character, or "tab"')
    .optional(),
  quote: z.enum(['"', "'"]).optional(),
  encoding: text.optional(),
  header: flag.optional(),
});

const format = {
  order: z.enum(['dmy', 'mdy']).optional(),
  decimal: z.enum(['.', ',']).optional(),
  separator: z.string().min(1).max(5).optional(),
};

const target = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('ignore') }),
  z.strictObject({ to: z.literal('id') }),
  z.strictObject({ to: z.literal('field'), field: text, ...format }),
  z.strictObject({
    to: z.literal('new_field'),
    name: text.trim().min(1),
    type: z.enum([
      'text',
      'large_text',
      'email',
      'link',
      'single_select',
      'multi_select',
      'integer',
      'decimal',
      'currency',
      'price',
      'bool',
      'date',
      'time',
      'phone',
      'geo',
      'object',
    ]),
    ...format,
  }),
  z.strictObject({ to: z.literal('tags'), ...format }),
  z.strictObject({ to: z.literal('account'), by: text, ...format }),
  z.strictObject({ to: z.literal('activity') }),
  z.strictObject({ to: z.literal('time'), ...format }),
  z.strictObject({ to: z.literal('key') }),
  z.strictObject({ to: z.literal('activity_id') }),
  z.strictObject({ to: z.literal('attributes') }),
  z.strictObject({ to: z.literal('attribute'), attribute: text, ...format }),
]);

/** `PATCH /api/imports/{id}`: what is not named stays as it is. */
export const mappingBody = z.strictObject({
  /** By the column's name, or its number from 1. */
  columns: z.record(z.string(), target).optional(),
  merge_by: z.array(text).max(3).optional(),
  merge_strategy: z.union([z.literal(1), z.literal(2), z.literal(3)]).optional(),
  tags: z.array(text.min(1)).max(100).optional(),
  skip_non_existing: z.boolean().optional(),
  skip_non_existing_accounts: z.boolean().optional(),
  activity_id: text.nullish(),
  country: text.nullish(),
  timezone: text.optional(),
});
