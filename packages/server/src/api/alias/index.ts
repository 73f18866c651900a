import type { FastifyInstance } from 'fastify';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import type { Log } from '../../platform/log.ts';
import type { Called } from '../ortto/call.ts';
import { mergePeople } from '../ortto/person-merge.ts';
import { activitiesCreate, isBare } from './activities.ts';
import { ensure, type Needs, needs } from './ensure.ts';
import { isObject } from './field.ts';
import { createHints } from './hints.ts';
import { personsMerge, withIds } from './persons-merge.ts';

/** Far more than a request may hold: what is longer is refused by the exact wire. */
const RECORDS_MAX = 100;

/** Calls written after a widely copied guide instead of Ortto's documentation; when they apply: README.md. */
export function aliasRoutes(v1: FastifyInstance, o: { db: Db; people: People; log: Log }): void {
  const hint = createHints(o.log);
  const translated = async (workspaceId: number, translate: (of: Needs) => unknown): Promise<unknown> => {
    const of = needs(await o.people.schema(o.db, workspaceId), hint);
    const body = translate(of);
    await ensure(o.people, workspaceId, of, o.log);
    return body;
  };

  v1.post('/persons/merge', async (request: Called, reply) => {
    const { body } = request;
    const tooMany = isObject(body) && Array.isArray(body.people) && body.people.length > RECORDS_MAX;
    const right = tooMany ? body : await translated(request.workspaceId, (of) => personsMerge(body, of));
    const answer = await mergePeople(o.people, request.workspaceId, right, reply);
    return 'people' in answer ? withIds(answer) : answer;
  });

  v1.addHook('preHandler', async (request) => {
    const { body } = request;
    if (request.routeOptions.url !== '/v1/activities/create' || !isObject(body)) return;
    const { activities } = body;
    if (!Array.isArray(activities) || activities.length > RECORDS_MAX || !activities.some(isBare)) return;
    request.body = await translated(request.workspaceId, (of) => activitiesCreate({ ...body, activities }, of));
  });
}
