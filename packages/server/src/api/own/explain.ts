import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Journeys } from '../../journeys/index.ts';
import { parse } from '../ortto/call.ts';
import { explainQuery } from './explain.schema.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;

/** Why somebody is where they are. docs/simulate.md has examples. */
export function explainRoutes(app: FastifyInstance, { journeys }: { journeys: Journeys }): void {
  app.get('/people/:id/explain', async (request: ById) =>
    journeys.explaining.explain(request.workspaceId, request.params.id, parse(explainQuery, request.query)),
  );
}
