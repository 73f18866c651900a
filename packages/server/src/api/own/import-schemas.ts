import { z } from 'zod';
import { type FileKind, kinds } from '../../imports/index.ts';

const text = z.string().max(255);
const flag = z.enum(['true', 'false']).transform((given) => given === 'true');

/** `POST /api/imports?…` */
export const uploadQuery = z.object({
  kind: z
    .enum(Object.keys(kinds) as FileKind[])
    .default('people')
    .describe('What a row is'),
  name: text.default('file.csv').describe('What to call it'),
  delimiter: z
    .string()
    .transform((given) => (given === '\\t' || given === 'tab' ? '\t' : given))
    .refine((given) => given.length === 1 && !/["'\r\n]/.test(given), 'one character, or "tab"')
    .optional()
    .describe('A character, or `tab`; guessed where it is not said'),
  quote: z.enum(['"', "'"]).optional().describe('Guessed where it is not said'),
  encoding: text
    .optional()
    .describe('`utf-8`, `utf-16le`, `utf-16be`, `windows-1251`, `windows-1252`; found out where it is not said'),
  header: flag.optional().describe('Whether the first row is heads'),
});

const format = {
  order: z.enum(['dmy', 'mdy']).optional(),
  decimal: z.enum(['.', ',']).optional(),
  separator: z.string().min(1).max(5).optional(),
};

const target = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('ignore') }),
  z.strictObject({ to: z.literal('id') }),
  z.strictObject({
    to: z.literal('field'),
    field: text,
    inverted: z.boolean().optional().describe('Of yes and no: the other way round'),
    ...format,
  }),
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
  columns: z.record(z.string(), target).optional().describe('By the column’s name, or its number from 1'),
  merge_by: z.array(text).max(3).optional().describe('By which fields people are found'),
  merge_strategy: z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .optional()
    .describe('1: fill only what is empty; 2: overwrite; 3: leave alone who is there'),
  tags: z.array(text.min(1)).max(100).optional().describe('For everyone in the file'),
  skip_non_existing: z.boolean().optional().describe('Make nobody'),
  skip_non_existing_accounts: z.boolean().optional().describe('Make no accounts for people'),
  activity_id: text.nullish().describe('What happened in every row, where no column says it'),
  country: text.nullish().describe('Of phone numbers without one: two letters'),
  timezone: text.optional().describe('Of times without an offset'),
});
