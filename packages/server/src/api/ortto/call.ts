import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { UserError } from '../../platform/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key came with the request; set on Ortto's wire, where every request has one. */
    workspaceId: number;
    /** The account's name as Ortto's error messages begin with it. */
    instance: string;
  }
}

/** A request whose key has been checked. */
export type Called = FastifyRequest;

/** Far more than any record needs, far less than what exhausts the stack. */
const DEPTH_MAX = 64;

/** The body as the schema describes it; a `bad_request` that names the part at fault otherwise. */
export function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  if (isDeeperThan(DEPTH_MAX, body)) {
    throw new UserError('bad_request', `Failed to parse request: nested more than ${DEPTH_MAX} levels deep`);
  }
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new UserError('bad_request', `Failed to parse request: ${problems.slice(0, 5).join('; ')}`);
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
