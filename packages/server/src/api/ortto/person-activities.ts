import { publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { Messages } from '../../messages/index.ts';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from './call.ts';
import { idsOf } from './ids.ts';
import { historyBody } from './people-schemas.ts';
import { renderCommands } from './render-commands.ts';
import { spanOf } from './timeframe.ts';

/** `POST /v1/person/get/activities`: what a person did, newest first (Ortto help, a-773; recorded). */
export function personActivitiesRoute(
  app: FastifyInstance,
  o: { people: People; messages: Pick<Messages, 'displayTypes'>; db: Db; now: () => Date },
): void {
  const { db, people } = o;
  app.post('/person/get/activities', async (request: Called) => {
    const body = parse(historyBody, request.body);
    const [personId] = idsOf(request, [body.person_id]);
    const person = personId && (await people.find(db, request.workspaceId, [personId])).get(personId);
    if (!person) throw new UserError('person_not_found', 'Person not found', 404);
    const asked = body.activities?.length ? body.activities : undefined;
    const { activities, total } = await people.history(db, request.workspaceId, {
      personId: person.id,
      activityIds: asked,
      ...spanOf(body.timeframe?.type ?? 'all', o.now()),
      limit: body.limit,
      offset: body.offset,
    });
    const schema = await people.schema(db, request.workspaceId);
    const types = await o.messages.displayTypes(db, request.workspaceId);
    const next = body.offset + activities.length;
    const shown = activities.map((activity) => ({
      id: publicId(activity.id, 'activity'),
      field_id: activity.activityId,
      created_at: activity.occurredAt.toISOString(),
      attr: activity.attributes,
      render_cmds: renderCommands(activity, person, schema, types),
    }));
    return {
      activities: shown.length > 0 ? shown : null,
      meta: {
        total_activities: total,
        field_ids: asked ?? null,
        has_more: next < total && activities.length > 0,
        retention: { type: 'time', max_value: 90 },
      },
      offset: body.offset,
      next_offset: next,
    };
  });
}
