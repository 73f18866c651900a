import type { FastifyInstance, FastifyRequest } from 'fastify';
import { origin, Problem } from './answers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The user the request's token acts as. */
    actor: number;
  }
}

export function apiBase(request: FastifyRequest): string {
  return `${origin(request)}/api/v4`;
}

/** A path that is there, but not for this method. */
export function notAllowed(app: FastifyInstance, method: 'DELETE' | 'PATCH', path: string): void {
  app.route({
    method,
    url: path,
    handler: () => {
      throw new Problem(405, 'Method Not Allowed');
    },
  });
}
