import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Account } from '../state/account.ts';
import type { Owner, Pipeline, Tag, User } from '../state/model.ts';
import { tagByName } from '../state/tags.ts';
import { hal, origin, Problem, self, sendPage } from './answers.ts';
import { readList } from './check.ts';
import { apiBase } from './context.ts';
import { numbers, parseQuery } from './query.ts';
import { pipelineView, statusView, userView } from './views.ts';

/** Pipelines and their stages; small lists come whole, with `_total_items`. */
export function pipelineRoutes(app: FastifyInstance, account: Account): void {
  const find = (id: string): Pipeline => {
    const pipeline = account.pipelines.find((one) => one.id === Number(id));
    if (!pipeline) throw new Problem(404, 'Entity not found');
    return pipeline;
  };
  const stages = (request: FastifyRequest, pipeline: Pipeline) =>
    pipeline.statuses.map((status, i) => statusView(account, pipeline, status, i, apiBase(request)));

  app.get('/leads/pipelines', (request, reply) => {
    const pipelines = account.pipelines.map((pipeline) => pipelineView(account, pipeline, apiBase(request)));
    return hal(reply, {
      _total_items: pipelines.length,
      ...self(origin(request) + request.url),
      _embedded: { pipelines },
    });
  });

  app.get<{ Params: { id: string } }>('/leads/pipelines/:id(^\\d+$)', (request, reply) =>
    hal(reply, pipelineView(account, find(request.params.id), apiBase(request))),
  );

  app.get<{ Params: { id: string } }>('/leads/pipelines/:id(^\\d+$)/statuses', (request, reply) => {
    const statuses = stages(request, find(request.params.id));
    return hal(reply, {
      _total_items: statuses.length,
      ...self(origin(request) + request.url),
      _embedded: { statuses },
    });
  });

  app.get<{ Params: { id: string; status: string } }>(
    '/leads/pipelines/:id(^\\d+$)/statuses/:status(^\\d+$)',
    (request, reply) => {
      const status = stages(request, find(request.params.id)).find((one) => one.id === Number(request.params.status));
      if (!status) throw new Problem(404, 'Entity not found');
      return hal(reply, status);
    },
  );
}

export function userRoutes(app: FastifyInstance, account: Account): void {
  app.get('/users', (request, reply) => {
    const show = (user: User) => userView(user, apiBase(request));
    const query = parseQuery(request.url);
    return sendPage(request, reply, query, { name: 'users', rows: account.users, show, totals: true });
  });

  app.get<{ Params: { id: string } }>('/users/:id(^\\d+$)', (request, reply) => {
    const user = account.users.find((one) => one.id === Number(request.params.id));
    if (!user) throw new Problem(404, 'Entity not found');
    return hal(reply, userView(user, apiBase(request)));
  });
}

const tagBody = z.object({ name: z.string().min(1), request_id: z.union([z.string(), z.number()]).optional() });

export function tagRoutes(app: FastifyInstance, account: Account, owner: Owner): void {
  app.get(`/${owner}/tags`, (request, reply) => {
    const query = parseQuery(request.url);
    const ids = numbers(query.all('filter', 'id'));
    const name = query.one('filter', 'name');
    const text = query.one('query')?.toLowerCase();
    const rows = account.tags[owner].filter(
      (tag) =>
        (ids.length === 0 || ids.includes(tag.id)) &&
        (name === undefined || tag.name === name) &&
        (text === undefined || tag.name.toLowerCase().includes(text)),
    );
    const show = (tag: Tag) => ({ ...tag, color: null });
    return sendPage(request, reply, query, { name: 'tags', rows, show });
  });

  app.post(`/${owner}/tags`, (request, reply) => {
    const items = readList(tagBody, request.body);
    const tags = items.map(({ item, request_id }) => ({
      ...tagByName(account, owner, item.name),
      color: null,
      request_id,
    }));
    return hal(reply, { ...self(origin(request) + request.url), _total_items: tags.length, _embedded: { tags } });
  });
}
