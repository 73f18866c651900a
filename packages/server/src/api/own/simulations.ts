import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Journeys, simulateBody, simulateJourneyBody } from '../../journeys/index.ts';
import { parse } from '../ortto/call.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;

/** Playing a journey through, with nothing stored and nothing sent. docs/simulate.md has examples. */
export function simulationRoutes(app: FastifyInstance, { journeys }: { journeys: Journeys }): void {
  app.post('/journeys/simulate', async (request) =>
    journeys.trials.simulate(request.workspaceId, parse(simulateBody, request.body)),
  );

  app.post('/journeys/:id/simulate', async (request: ById) =>
    journeys.trials.simulate(request.workspaceId, {
      ...parse(simulateJourneyBody, request.body),
      journey: request.params.id,
    }),
  );
}
