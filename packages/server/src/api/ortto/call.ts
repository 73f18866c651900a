import { type IntakeItem, type IntakeOutcome, isStorable } from '@tributary/model';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { NewSchema, People, QueueOutcome } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key came with the request; set on Ortto's wire, where every request has one. */
    workspaceId: number;
    /** The account's name as Ortto's error messages begin with it. */
    instance: string;
    /** What its records need first, and is made with them. */
    first?: NewSchema | undefined;
  }
}

/** A request whose key has been checked. */
export type Called = FastifyRequest;

export type Outcome = IntakeOutcome | QueueOutcome;

/** Records what a request gives, or writes it down for later where its body says so. */
export function take(
  people: People,
  { workspaceId, first }: Called,
  items: readonly IntakeItem[],
  body: { async?: boolean | undefined },
): Promise<Outcome[]> {
  return body.async ? people.queue.add(workspaceId, items, first) : people.record(workspaceId, items, first);
}

/** Far more than any record needs, far less than what exhausts the stack. */
const DEPTH_MAX = 64;

/** The body as the schema describes it; a `bad_request` that names the part at fault otherwise. */
export function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  return read(schema, body, { storable: true });
}

/** As `parse`, of many records: what the database can not hold is told of the record that has it, and not of all. */
export function parseRecords<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  return read(schema, body, { storable: false });
}

function read<T extends z.ZodType>(schema: T, body: unknown, { storable }: { storable: boolean }): z.infer<T> {
  if (isDeeperThan(DEPTH_MAX, body)) {
    throw new UserError('bad_request', `Failed to parse request: nested more than ${DEPTH_MAX} levels deep`);
  }
  const unstorable = storable ? unstorableIn(body, []) : undefined;
  if (unstorable) {
    const at = unstorable.join('.') || 'body';
    throw new UserError('bad_request', `Failed to parse request: ${at}: can not hold U+0000 or half a surrogate pair`);
  }
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const byPlace = new Map<string, string>();
  for (const { path, message } of parsed.error.issues) {
    const at = path.join('.') || 'body';
    // What else is wrong with a value of the wrong type contradicts the first.
    if (!byPlace.has(at)) byPlace.set(at, message);
  }
  const problems = [...byPlace].map(([at, message]) => `${at}: ${message}`);
  throw new UserError('bad_request', `Failed to parse request: ${problems.slice(0, 5).join('; ')}`);
}

/** Where there is a text that PostgreSQL can not hold; of a key, where the object is. */
function unstorableIn(value: unknown, at: readonly string[]): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return isStorable(value) ? undefined : at;
  for (const [key, inner] of Object.entries(value)) {
    const found = isStorable(key) ? unstorableIn(inner, [...at, key]) : at;
    if (found) return found;
  }
  return undefined;
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
