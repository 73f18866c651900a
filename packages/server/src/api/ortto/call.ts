import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { UserError } from '../../platform/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key came with the request; set on Ortto's wire, where every request has one. */
    workspaceId: number;
  }
}

/** A request whose key has been checked. */
export type Called = FastifyRequest;

/** The body as the schema describes it; a `bad_request` that names the part at fault otherwise. */
export function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new UserError('bad_request', `Failed to parse request: ${problems.slice(0, 5).join('; ')}`);
}
