import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Control } from '../control/control.ts';
import type { NewLead } from '../control/inputs.ts';
import type { Account } from '../state/account.ts';
import { boardPage } from './board.ts';
import { html } from './html.ts';
import { layout } from './layout.ts';
import { leadPage } from './lead.ts';

/** The pages a salesperson would see, and the forms on them. */
export function pageRoutes(app: FastifyInstance, account: Account, control: Control): void {
  const show = (reply: FastifyReply, page: string) =>
    reply.header('content-type', 'text/html; charset=utf-8').send(page);

  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  // A form on somebody else's page must not move deals here.
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'POST' && request.headers['sec-fetch-site'] === 'cross-site') return reply.code(403).send();
    return undefined;
  });

  app.get<{ Querystring: { pipeline?: string } }>('/', (request, reply) => {
    const wanted = account.pipelines.find((one) => one.id === Number(request.query.pipeline));
    const pipeline = wanted ?? account.pipelines[0];
    if (!pipeline) throw new Error('The account has no pipeline.');
    return show(reply, layout(account, pipeline.name, boardPage(account, control, pipeline)));
  });

  app.get<{ Params: { id: string } }>('/leads/:id(^\\d+$)', (request, reply) => {
    const lead = control.lead(Number(request.params.id));
    if (!lead) {
      const missing = html`<p class="missing">There is no deal ${request.params.id}. <a href="/">All deals</a></p>`;
      return show(reply.code(404), layout(account, 'No such deal', missing));
    }
    return show(reply, layout(account, lead.name, leadPage(account, control, lead)));
  });

  app.get('/version', (_request, reply) => reply.header('cache-control', 'no-store').send(String(account.version)));

  app.post<{ Body: URLSearchParams }>('/leads', (request, reply) => {
    const given = (name: string) => request.body.get(name)?.trim() ?? '';
    const deal: NewLead = {
      name: given('name'),
      price: Math.max(0, Math.floor(Number(given('price')) || 0)),
      contact: { first_name: given('first_name'), last_name: given('last_name'), email: given('email') },
      pipelineId: Number(given('pipeline')),
    };
    const lead = control.addLead(deal);
    return reply.redirect(`/leads/${lead.id}`, 303);
  });

  app.post<{ Params: { id: string }; Body: URLSearchParams }>('/leads/:id(^\\d+$)/move', (request, reply) => {
    const id = Number(request.params.id);
    control.moveLead(id, Number(request.body.get('status')), Number(request.body.get('pipeline')));
    return reply.redirect(`/leads/${id}`, 303);
  });

  app.post<{ Params: { id: string }; Body: URLSearchParams }>('/leads/:id(^\\d+$)/notes', (request, reply) => {
    const text = request.body.get('text')?.trim();
    if (text) control.addNote(Number(request.params.id), text);
    return reply.redirect(`/leads/${request.params.id}`, 303);
  });

  app.post<{ Params: { id: string }; Body: URLSearchParams }>('/tasks/:id(^\\d+$)/complete', (request, reply) => {
    const result = request.body.get('result')?.trim();
    const task = control.completeTask(Number(request.params.id), result || undefined);
    return reply.redirect(task.entity === 'leads' ? `/leads/${task.entityId}` : '/', 303);
  });

  app.setErrorHandler((error, _request, reply) => {
    const said = error instanceof Error ? error.message : 'Something went wrong.';
    return show(
      reply.code(400),
      layout(account, 'Error', html`<p class="missing">${said} <a href="/">All deals</a></p>`),
    );
  });
}
