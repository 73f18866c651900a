import { type Fields, internalId, publicId } from '@tributary/model';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Journeys } from '../../journeys/index.ts';
import { personIdFrom } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';
import { parse } from '../ortto/call.ts';
import { contestView, runView } from './journey-view.ts';
import { runsQuery, tryBody, winnerBody } from './journeys.schema.ts';
import { byOf } from './keyed.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;
type ByRun = FastifyRequest<{ Params: { id: string; run: string } }>;
type ByShape = FastifyRequest<{ Params: { id: string; shape: string } }>;

/** Everyone's way through a journey, and what can be done about it. */
export function journeyRunRoutes(app: FastifyInstance, { journeys: { manage } }: { journeys: Journeys }): void {
  app.get('/journeys/:id/runs', async ({ workspaceId, params, query }: ById) => {
    const { limit, before, person, ...asked } = parse(runsQuery, query);
    const rows = await manage.runs(workspaceId, params, {
      ...asked,
      person: person === undefined ? undefined : personId(person),
      before: before === undefined ? undefined : runId(before),
      limit: limit + 1,
    });
    const runs = rows.slice(0, limit).map(runView);
    return { runs, ...(rows.length > limit ? { has_more: true, next_before: runs.at(-1)!.id } : { has_more: false }) };
  });

  app.get('/journeys/:id/runs/:run', async (request: ByRun) => {
    const { run, moves } = await manage.run(request.workspaceId, { id: request.params.id }, named(request));
    return {
      ...runView(run),
      entry: run.entry,
      moves: moves.map(({ at, shapeId, title, did }) => ({
        ...{ at, shape: shapeId },
        ...(title === null ? {} : { title }),
        did,
      })),
    };
  });

  for (const [path, how] of [
    ['end', 'end'],
    ['move-on', 'move on'],
  ] as const) {
    app.post(`/journeys/:id/runs/:run/${path}`, async (request: ByRun) => {
      const asked = { ...named(request), how, by: byOf(request) };
      await manage.settleRun(request.workspaceId, { id: request.params.id }, asked);
      return { id: request.params.run, done: true };
    });
  }

  app.post('/journeys/:id/runs/:run/retry', async (request: ByRun) => {
    await manage.retryRun(request.workspaceId, { id: request.params.id }, { ...named(request), by: byOf(request) });
    return { id: request.params.run, done: true };
  });

  app.post('/journeys/:id/try', async (request: ById, reply) => {
    const { person_id, email, entry, skip_waits } = parse(tryBody, request.body);
    const who = person_id === undefined ? { email: email! } : { person: personId(person_id) };
    const asked = { who, entry: entry as Fields, skipWaits: skip_waits, by: byOf(request) };
    const run = await manage.try(request.workspaceId, request.params, asked);
    reply.code(201);
    return { id: request.params.id, run_id: publicId(run, 'run') };
  });

  shapeRoutes(app, manage);
}

function shapeRoutes(app: FastifyInstance, manage: Journeys['manage']): void {
  app.post('/journeys/:id/shapes/:shape/move-on', async (request: ByShape) => {
    const { id, shape } = request.params;
    const people = await manage.moveAllOn(request.workspaceId, { id }, { shape, by: byOf(request) });
    return { id, shape, people };
  });

  for (const to of ['on', 'off'] as const) {
    app.post(`/journeys/:id/shapes/:shape/${to}`, async (request: ByShape) => {
      const { id, shape } = request.params;
      const version = await manage.switchShape(request.workspaceId, { id }, { shape, to, by: byOf(request) });
      return { id, shape, is: to, version };
    });
  }

  app.get('/journeys/:id/shapes/:shape/variants', async ({ workspaceId, params: { id, shape } }: ByShape) => ({
    ...{ id, shape },
    ...contestView(await manage.contest(workspaceId, { id }, shape)),
  }));

  app.post('/journeys/:id/shapes/:shape/winner', async (request: ByShape) => {
    const { id, shape } = request.params;
    const { variant } = parse(winnerBody, request.body);
    await manage.chooseWinner(request.workspaceId, { id }, { shape, variant, by: byOf(request) });
    return { id, shape, ...contestView(await manage.contest(request.workspaceId, { id }, shape)) };
  });
}

function runId(outside: string): string {
  const id = internalId(outside, 'run');
  if (id === undefined) throw new UserError('bad_request', `"${outside}" is not the id of a run (24 hex digits)`);
  return id;
}

const named = ({ params: { run } }: ByRun) => ({ id: runId(run), shown: run });

function personId(outside: string): string {
  const id = personIdFrom(outside);
  if (id === undefined)
    throw new UserError('bad_request', `"${outside}" is not a person id (24 hex digits that begin with 00)`);
  return id;
}
