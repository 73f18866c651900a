import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';

export interface RecordProblem {
  status: string;
  error: string;
}

/** As on every recording, with no word of the charset: JSON has but one. */
export const JSON_TYPE = 'application/json';

/** The error envelope as recorded from Ortto, November 2025; `details` only for the validation of records. */
export function sendError(reply: FastifyReply, code: number, error: string, details?: readonly RecordProblem[]) {
  return reply.code(code).send({ request_id: randomUUID(), code, error, ...(details ? { details } : {}) });
}

/**
 * JSON as Ortto's encoder writes it (recorded): `<`, `>` and `&` escaped, and a
 * newline at the end.
 */
export function serialize(body: unknown): string {
  return `${JSON.stringify(body).replace(/[<>&\u2028\u2029]/g, escaped)}\n`;
}

/** As Go's encoder writes a map (recorded): in the order of its keys. */
export function inOrder<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
