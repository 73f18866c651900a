import { playbookJsonSchema } from '@tributary/model';
import type { FastifyInstance } from 'fastify';

/** `GET /schemas/journey.json`, for editors, which bring no key. */
export function schemaRoutes(app: FastifyInstance): void {
  const text = `${JSON.stringify(playbookJsonSchema(), null, 2)}\n`;
  const headers = { 'content-type': 'application/schema+json; charset=utf-8', 'access-control-allow-origin': '*' };
  app.get('/schemas/journey.json', async (_request, reply) => reply.headers(headers).send(text));
}
