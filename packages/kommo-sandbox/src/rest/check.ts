import { z } from 'zod';
import type { Complaint } from '../state/field-values.ts';
import { invalidType, notSupportedChoice } from '../state/field-values.ts';
import type { ItemComplaints } from './answers.ts';
import { Problem } from './answers.ts';

/** At most so many items in one request (Kommo, "Limitations"). */
const mostItems = 250;

export interface Checked<T> {
  item: T;
  /** As the caller named it; the place in the list when it did not. */
  request_id: string;
}

/** More that can be wrong with an item than its form: ids that are not there, fields that do not exist. */
type Also<T> = (item: T) => Complaint[];

/** Collections take an array, even for one; anything else is a 400 (Kommo, REST v4). */
export function readList<T>(
  schema: z.ZodType<T>,
  body: unknown,
  also: Also<T> = () => [],
  most = mostItems,
): Checked<T>[] {
  if (!Array.isArray(body)) throw invalid([{ request_id: '0', errors: [invalidType('', 'array')] }]);
  if (body.length === 0 || body.length > most) {
    const detail = `This collection should contain between 1 and ${most} elements.`;
    throw invalid([{ request_id: '0', errors: [{ code: 'TooMany', path: '', detail }] }]);
  }
  const complaints: ItemComplaints[] = [];
  const items = body.flatMap((given: unknown, i) => {
    const request_id = requestId(given) ?? String(i);
    const read = readItem(schema, given, also);
    if (read.errors) complaints.push({ request_id, errors: read.errors });
    return read.errors ? [] : [{ item: read.item, request_id }];
  });
  if (complaints.length > 0) throw invalid(complaints);
  return items;
}

/** Single entities take one object; an array is a 400. */
export function readOne<T>(schema: z.ZodType<T>, body: unknown, also: Also<T> = () => []): T {
  const read = readItem(schema, body, also);
  if (read.errors) throw invalid([{ request_id: requestId(body) ?? '0', errors: read.errors }]);
  return read.item;
}

function readItem<T>(
  schema: z.ZodType<T>,
  given: unknown,
  also: Also<T>,
): { item: T; errors?: never } | { errors: Complaint[] } {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { errors: [invalidType('', 'object')] };
  const parsed = schema.safeParse(given);
  if (!parsed.success) return { errors: complaintsOf(parsed.error, given) };
  const errors = also(parsed.data);
  return errors.length > 0 ? { errors } : { item: parsed.data };
}

/** What is wrong with one part of an item, under that part's name. */
export function complaintsAbout(schema: z.ZodType, given: unknown, name: string): Complaint[] {
  const { error } = schema.safeParse(given);
  return error ? complaintsOf(error, given).map((one) => ({ ...one, path: `${name}.${one.path}` })) : [];
}

function complaintsOf(error: z.ZodError, given: unknown): Complaint[] {
  return error.issues.map((issue) => complaintOf(issue, given));
}

function complaintOf(issue: z.core.$ZodIssue, given: unknown): Complaint {
  const path = issue.path.join('.');
  const value = issue.path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    given,
  );
  if (value === undefined) return { code: 'FieldMissing', path, detail: 'This field is missing.' };
  if (issue.code === 'invalid_type') return invalidType(path, issue.expected === 'number' ? 'int' : issue.expected);
  if (issue.code === 'invalid_value') return notSupportedChoice(path);
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    return { code: issue.code === 'too_small' ? 'TooLow' : 'TooHigh', path, detail: issue.message };
  }
  return { code: 'InvalidValue', path, detail: issue.message };
}

function requestId(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || !('request_id' in given)) return undefined;
  const id = given.request_id;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

function invalid(complaints: ItemComplaints[]): Problem {
  return new Problem(400, 'Request validation failed', complaints);
}

/** Exactly a whole number: Kommo answers 400 to "100" and to 1.5 where it wants an int. */
export const int = z.int();
/** Ids and names everybody sends; `request_id` comes back in the answer. */
export const stamps = {
  responsible_user_id: int.optional(),
  created_by: int.optional(),
  updated_by: int.optional(),
  created_at: int.optional(),
  updated_at: int.optional(),
  request_id: z.union([z.string(), z.number()]).optional(),
};
export const fieldValues = z.unknown().optional();
