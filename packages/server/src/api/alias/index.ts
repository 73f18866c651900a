import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import type { Log } from '../../platform/log.ts';
import { mergePeople } from '../ortto/person-merge.ts';
import { activitiesCreate, isBare } from './activities.ts';
import { isObject } from './field.ts';
import { createHints } from './hints.ts';
import { firstOf, type Needs, needs } from './needs.ts';
import { personsMerge, withIds } from './persons-merge.ts';

/** Far more than a request may hold: what is longer is refused by the exact wire. */
const RECORDS_MAX = 100;

/** Calls written after a widely copied guide instead of Ortto's documentation; when they apply: README.md. */
export function aliasRoutes(v1: FastifyInstance, o: { db: Db; people: People; log: Log }): void {
  const hint = createHints(o.log);
  const translate = async (request: FastifyRequest, right: (of: Needs) => unknown): Promise<void> => {
    const of = needs(await o.people.schema(o.db, request.workspaceId), hint);
    request.body = right(of);
    request.first = firstOf(of);
  };

  v1.decorateRequest('first');

  v1.post('/persons/merge', async (request, reply) => {
    const { body } = request;
    const tooMany = isObject(body) && Array.isArray(body.people) && body.people.length > RECORDS_MAX;
    if (!tooMany) await translate(request, (of) => personsMerge(body, of));
    const answer = await mergePeople(o.people, request, reply);
    return 'people' in answer ? withIds(answer) : answer;
  });

  v1.addHook('preHandler', async (request) => {
    const { body } = request;
    if (request.routeOptions.url !== '/v1/activities/create' || !isObject(body)) return;
    const { activities } = body;
    if (!Array.isArray(activities) || activities.length > RECORDS_MAX || !activities.some(isBare)) return;
    await translate(request, (of) => activitiesCreate({ ...body, activities }, of));
  });

  v1.addHook('onResponse', async ({ first }, { statusCode }) => {
    if (!first || statusCode !== 200) return;
    const made = {
      fields: first.fields.map(({ name }) => name),
      activities: first.definitions.map((a) => a.activityId),
    };
    o.log.info(made, 'fields and activities were made on first use');
  });
}
