import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';

export interface RecordProblem {
  status: string;
  error: string;
}

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

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
