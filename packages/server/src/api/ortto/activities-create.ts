import type { Fields, IntakeItem } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { People } from '../../people/index.ts';
import { type Called, type Outcome, parseRecords, take } from './call.ts';
import { createdOf } from './created.ts';
import { sendError } from './envelope.ts';
import { idsOf } from './ids.ts';
import { locationOf } from './location.ts';
import { activitiesBody } from './schemas.ts';
import { DEFAULT_MERGE_BY, whoIs, whoOf } from './who.ts';

type Body = z.infer<typeof activitiesBody>;
type Activity = Body['activities'][number];

/**
 * `POST /v1/activities/create` (Ortto help, a-271). Every answer recorded said
 * `queued`, synchronous or not, with `person_id` only where the request had one;
 * here too, though by then the activity is durable.
 */
export function activitiesCreateRoute(app: FastifyInstance, o: { people: People }): void {
  app.post('/activities/create', async (request: Called, reply) => {
    const body = parseRecords(activitiesBody, request.body);
    const items = body.activities.map((activity) => itemOf(request, activity, body));
    const outcomes = await take(o.people, request, items, body);
    const bad = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
    if (bad.length === outcomes.length) {
      return sendError(reply, 400, `No valid activities provided (${bad[0]!.error})`, bad);
    }
    return { activities: outcomes.map((outcome, i) => answerOf(outcome, body.activities[i]!)) };
  });
}

function itemOf(request: Called, activity: Activity, body: Body): IntakeItem {
  return {
    ...whoActed(request, activity, body),
    ...locationOf(activity.location),
    strategy: body.merge_strategy,
    source: 'API',
    limited: true,
    activity: {
      id: activity.activity_id,
      attributes: (activity.attributes ?? {}) as Fields,
      ...createdOf(activity),
      ...(activity.key ? { key: activity.key } : {}),
    },
  };
}

/** With a person id the fields are ignored, as Ortto does (Ortto help, a-271). */
function whoActed(request: Called, activity: Activity, body: Body): ReturnType<typeof whoOf> {
  if (!activity.person_id) {
    const by = activity.merge_by?.length ? activity.merge_by : body.merge_by?.length ? body.merge_by : DEFAULT_MERGE_BY;
    return whoOf((activity.fields ?? {}) as Fields, by, body);
  }
  const [personId] = idsOf(request, [activity.person_id]);
  return { who: whoIs(activity.person_id, personId), fields: {} };
}

function answerOf(outcome: Outcome, activity: Activity) {
  if ('error' in outcome) return { status: outcome.status, error: outcome.error };
  return {
    ...(activity.person_id ? { person_id: activity.person_id } : {}),
    status: 'queued',
    person_status: 'queued',
  };
}
