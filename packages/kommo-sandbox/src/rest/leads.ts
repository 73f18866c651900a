import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Account } from '../state/account.ts';
import { addLead, changeLead } from '../state/leads.ts';
import type { Lead } from '../state/model.ts';
import { hal, nothing, origin, Problem, self, sendPage } from './answers.ts';
import { int, readList, readOne } from './check.ts';
import { apiBase, notAllowed } from './context.ts';
import { leadBody, leadComplaints, leadDraft } from './lead-body.ts';
import { selectLeads } from './lead-filter.ts';
import { parseQuery } from './query.ts';
import { leadView } from './views.ts';

/** In a list, each item names its lead. */
const patchMany = leadBody.extend({ id: int });

export function leadRoutes(app: FastifyInstance, account: Account): void {
  const existing = (id: number): Lead | undefined => {
    const lead = account.leads.get(id);
    return lead && !lead.is_deleted ? lead : undefined;
  };

  app.get('/leads', (request, reply) => {
    const query = parseQuery(request.url);
    const also = query.words('with');
    return sendPage(request, reply, query, {
      name: 'leads',
      rows: selectLeads(account, query),
      show: (lead) => leadView(account, lead, apiBase(request), also),
    });
  });

  app.get<{ Params: { id: string } }>('/leads/:id(^\\d+$)', (request, reply) => {
    const lead = existing(Number(request.params.id));
    // An unknown lead is a 204 (Kommo, "Get a lead by its ID").
    if (!lead) return nothing(reply);
    return hal(reply, leadView(account, lead, apiBase(request), parseQuery(request.url).words('with')));
  });

  app.post('/leads', (request, reply) => {
    const items = readList(leadBody, request.body, (item) => leadComplaints(account, item));
    const added = account.act(request.actor, (act) =>
      items.map(({ item, request_id }) => ({ lead: addLead(account, act, leadDraft(account, item)), request_id })),
    );
    const base = apiBase(request);
    return sendIds(
      reply,
      origin(request) + request.url,
      added.map(({ lead, request_id }) => ({ id: lead.id, request_id, ...self(`${base}/leads/${lead.id}`) })),
    );
  });

  app.patch('/leads', (request, reply) => {
    const items = readList(patchMany, request.body, (item) => leadComplaints(account, item, existing(item.id)));
    const base = apiBase(request);
    const changed = account.act(request.actor, (act) =>
      items.map(({ item }) => {
        const lead = existing(item.id);
        if (lead) changeLead(account, act, lead, leadDraft(account, item, lead));
        return { id: item.id, updated_at: lead?.updated_at, ...self(`${base}/leads/${item.id}`) };
      }),
    );
    return sendIds(reply, origin(request) + request.url, changed);
  });

  app.patch<{ Params: { id: string } }>('/leads/:id(^\\d+$)', (request, reply) => {
    const lead = existing(Number(request.params.id));
    if (!lead) throw new Problem(404, 'Entity not found');
    const item = readOne(leadBody, request.body, (given) => leadComplaints(account, given, lead));
    account.act(request.actor, (act) => changeLead(account, act, lead, leadDraft(account, item, lead)));
    return hal(reply, { id: lead.id, updated_at: lead.updated_at, ...self(`${apiBase(request)}/leads/${lead.id}`) });
  });

  notAllowed(app, 'DELETE', '/leads');
  notAllowed(app, 'DELETE', '/leads/:id(^\\d+$)');
}

/** What a write answers: ids and links, never the fields (Kommo, REST v4). */
function sendIds(reply: FastifyReply, here: string, leads: unknown[]): FastifyReply {
  return hal(reply, { ...self(here), _embedded: { leads } });
}
