import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Journeys, publicJourneyId } from '../../journeys/index.ts';
import { UserError } from '../../platform/errors.ts';
import { parse } from '../ortto/call.ts';
import { journeyRunRoutes } from './journey-runs.ts';
import { figuresView, journeyView, movingView } from './journey-view.ts';
import {
  archiveBody,
  definitionBody,
  diffQuery,
  discardQuery,
  draftBody,
  duplicateBody,
  historyQuery,
  journeysQuery,
  previewBody,
  publishBody,
  renameBody,
} from './journeys.schema.ts';
import { byOf } from './keyed.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;
type ByVersion = FastifyRequest<{ Params: { id: string; version: string } }>;

const VERBS = ['pause', 'resume', 'drain', 'restore'] as const;

/** Making and changing journeys, and living with them while people are inside. docs/journeys.md has examples. */
export function journeyRoutes(app: FastifyInstance, o: { journeys: Journeys }): void {
  const { manage } = o.journeys;
  const answer = async (workspaceId: number, id: string) => journeyView(await manage.find(workspaceId, { id }));

  app.get('/journeys', async (request) => {
    const { q, ...asked } = parse(journeysQuery, request.query);
    return { journeys: (await manage.list(request.workspaceId, { ...asked, search: q })).map(journeyView) };
  });

  app.post('/journeys', async (request, reply) => {
    const { definition } = parse(definitionBody, request.body);
    const made = await manage.create(request.workspaceId, definition, { by: byOf(request) });
    reply.code(201);
    return answer(request.workspaceId, publicJourneyId(made));
  });

  app.post('/journeys/check', async (request) =>
    manage.checkDefinition(request.workspaceId, parse(definitionBody, request.body).definition),
  );

  app.get('/journeys/:id', async ({ workspaceId, params }: ById) => answer(workspaceId, params.id));

  app.get('/journeys/:id/figures', async ({ workspaceId, params }: ById) =>
    figuresView(await manage.figures(workspaceId, params)),
  );

  app.get('/journeys/:id/history', async ({ workspaceId, params, query }: ById) => {
    const { limit, before } = parse(historyQuery, query);
    const rows = await manage.history(workspaceId, params, { limit: limit + 1, before });
    return { history: rows.slice(0, limit), ...pageEnd(rows, limit) };
  });

  for (const verb of VERBS) {
    app.post(`/journeys/:id/${verb}`, async (request: ById) => {
      const { workspaceId, params } = request;
      await manage.changeState(workspaceId, params, verb, { by: byOf(request) });
      return answer(workspaceId, params.id);
    });
  }

  app.post('/journeys/:id/archive', async (request: ById) => {
    const { workspaceId, params, body } = request;
    const { let_go } = parse(archiveBody, body);
    await manage.changeState(workspaceId, params, 'archive', { by: byOf(request), letGo: let_go });
    return answer(workspaceId, params.id);
  });

  draftRoutes(app, o);
  textRoutes(app, o);
  journeyRunRoutes(app, o);
}

function draftRoutes(app: FastifyInstance, { journeys: { manage } }: { journeys: Journeys }): void {
  const shown = async (workspaceId: number, id: string) => {
    const { journey, definition } = await manage.draft(workspaceId, { id });
    const { hasDraft, draftEdit: edit, draftFrom, draftEditedAt, draftEditedBy } = journey;
    const last = { begun_from: draftFrom, edited_at: draftEditedAt, edited_by: draftEditedBy };
    return { id, exists: hasDraft, edit, ...last, definition: definition ?? null };
  };

  app.get('/journeys/:id/draft', async ({ workspaceId, params }: ById) => shown(workspaceId, params.id));

  app.put('/journeys/:id/draft', async (request: ById) => {
    const { workspaceId, params, body } = request;
    const { definition, edit } = parse(draftBody, body);
    await manage.saveDraft(workspaceId, params, { draft: definition, edit, by: byOf(request) });
    return shown(workspaceId, params.id);
  });

  app.delete('/journeys/:id/draft', async (request: ById) => {
    const { workspaceId, params, query } = request;
    const { edit } = parse(discardQuery, query);
    await manage.discardDraft(workspaceId, params, { edit, by: byOf(request) });
    return shown(workspaceId, params.id);
  });

  app.post('/journeys/:id/check', async ({ workspaceId, params }: ById) => manage.check(workspaceId, params));

  app.post('/journeys/:id/publish/preview', async ({ workspaceId, params, body }: ById) => {
    const { moving, ...seen } = await manage.preview(workspaceId, params, parse(previewBody, body).mapping);
    return { ...seen, people: moving.map(movingView) };
  });

  app.post('/journeys/:id/publish', async (request: ById) => {
    const { workspaceId, params, body } = request;
    const asked = parse(publishBody, body);
    const { journey, moved, ended } = await manage.publish(workspaceId, params, { ...asked, by: byOf(request) });
    return { id: params.id, version: journey.version, state: journey.state, moved, ended };
  });
}

function textRoutes(app: FastifyInstance, { journeys: { manage } }: { journeys: Journeys }): void {
  app.post('/journeys/:id/duplicate', async (request: ById, reply) => {
    const { workspaceId, params, body } = request;
    const { name } = parse(duplicateBody, body);
    const made = await manage.duplicate(workspaceId, params, { name, by: byOf(request) });
    reply.code(201);
    return journeyView(await manage.find(workspaceId, { id: publicJourneyId(made) }));
  });

  app.post('/journeys/:id/rename', async (request: ById) => {
    const { workspaceId, params, body } = request;
    const { namedIn } = await manage.rename(workspaceId, params, { ...parse(renameBody, body), by: byOf(request) });
    const warnings = namedIn.map(({ journey, id, at }) => ({
      ...{ journey, id, at },
      problem: 'names the journey as it was called before',
    }));
    return { ...journeyView(await manage.find(workspaceId, params)), warnings };
  });

  app.get('/journeys/:id/versions', async ({ workspaceId, params }: ById) => {
    const { version: live } = await manage.find(workspaceId, params);
    const all = await manage.versions(workspaceId, params);
    return {
      versions: all.map(({ version, publishedAt, publishedBy }) => ({
        ...{ version, live: version === live },
        ...{ published_at: publishedAt, published_by: publishedBy },
      })),
    };
  });

  app.get('/journeys/:id/versions/:version', async ({ workspaceId, params }: ByVersion) => {
    if (!/^\d{1,9}$/.test(params.version))
      throw new UserError('version_not_found', `"${params.version}" is not the number of a version`, 404);
    const { version, given } = await manage.version(workspaceId, { id: params.id }, Number(params.version));
    return { id: params.id, version, definition: given };
  });

  app.get('/journeys/:id/diff', async ({ workspaceId, params, query }: ById) =>
    manage.diff(workspaceId, params, parse(diffQuery, query)),
  );
}

/** Whether there are more, and from where they go on. */
function pageEnd<T extends { id: string }>(rows: readonly T[], limit: number) {
  return rows.length > limit ? { has_more: true, next_before: rows[limit - 1]!.id } : { has_more: false };
}
