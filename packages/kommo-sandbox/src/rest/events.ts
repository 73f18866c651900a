import type { FastifyInstance } from 'fastify';
import type { Account } from '../state/account.ts';
import type { EventRecord } from '../state/model.ts';
import { Problem, self, sendPage } from './answers.ts';
import { apiBase } from './context.ts';
import type { Query } from './query.ts';
import { numbers, parseQuery } from './query.ts';

/** An events page is at most this long, unlike other lists (amoCRM, "Events"). */
const mostOnPage = 100;
const mostEntities = 10;
const plurals = { lead: 'leads', contact: 'contacts', company: 'companies', task: 'tasks' } as const;

/** What happened in the account, newest first: the feed that makes lost webhooks good. */
export function eventRoutes(app: FastifyInstance, account: Account): void {
  app.get('/events', (request, reply) => {
    const query = parseQuery(request.url);
    const base = apiBase(request);
    return sendPage(request, reply, query, {
      name: 'events',
      rows: selectEvents(account.events, query),
      most: mostOnPage,
      show: (event) => ({
        id: event.id,
        type: event.type,
        entity_id: event.entity_id,
        entity_type: event.entity_type,
        created_by: event.created_by,
        created_at: event.created_at,
        value_after: event.value_after,
        value_before: event.value_before,
        account_id: account.id,
        ...self(`${base}/events/${event.id}`),
        _embedded: {
          entity: { id: event.entity_id, ...self(`${base}/${plurals[event.entity_type]}/${event.entity_id}`) },
        },
      }),
    });
  });
}

function selectEvents(events: readonly EventRecord[], query: Query): EventRecord[] {
  const words = (name: string) => query.all('filter', name).flatMap((value) => value.split(','));
  const [ids, types, entities] = [words('id'), words('type'), words('entity')];
  const entityIds = numbers(query.all('filter', 'entity_id'));
  const authors = numbers(query.all('filter', 'created_by'));
  const created = query.range('filter', 'created_at');
  const stages = query.groups('filter', 'value_after', 'leads_statuses');
  if (entityIds.length > mostEntities || (entityIds.length > 0 && entities.length !== 1)) {
    const detail = `filter[entity_id] takes up to ${mostEntities} ids of one filter[entity].`;
    const errors = [{ code: 'InvalidValue', path: 'filter.entity_id', detail }];
    throw new Problem(400, 'Request validation failed', [{ request_id: '0', errors }]);
  }
  return events
    .filter(
      (event) =>
        (ids.length === 0 || ids.includes(event.id)) &&
        (types.length === 0 || types.includes(event.type)) &&
        (entities.length === 0 || entities.includes(event.entity_type)) &&
        (entityIds.length === 0 || entityIds.includes(event.entity_id)) &&
        (authors.length === 0 || authors.includes(event.created_by)) &&
        (!created || (event.created_at >= created.from && event.created_at <= created.to)) &&
        (stages.length === 0 || stages.some((stage) => reached(event, stage))),
    )
    .reverse();
}

function reached(event: EventRecord, stage: Map<string, string>): boolean {
  const status = event.value_after[0]?.lead_status as { id: number; pipeline_id: number } | undefined;
  if (!status) return false;
  const fits = (name: string, id: number) => !stage.has(name) || Number(stage.get(name)) === id;
  return fits('pipeline_id', status.pipeline_id) && fits('status_id', status.id);
}
