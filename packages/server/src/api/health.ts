import type { FastifyInstance } from 'fastify';
import type { Db } from '../platform/database/pool.ts';
import { createWritable } from '../platform/database/writable.ts';
import type { Metrics } from '../platform/metrics.ts';

/** `/healthz`: the process runs. `/readyz`: it can do its work. `/metrics`: for Prometheus. */
export function healthRoutes(app: FastifyInstance, o: { db: Db; metrics: Metrics }): void {
  const whyNotWritable = createWritable(o.db);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const database = await whyNotWritable();
    return database === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', database });
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await o.metrics.print();
    return reply.header('content-type', contentType).send(body);
  });
}
