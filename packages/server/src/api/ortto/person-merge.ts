import { type Fields, type IntakeItem, publicId } from '@tributary/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { People } from '../../people/index.ts';
import { type Called, type Outcome, parseRecords, take } from './call.ts';
import { sendError } from './envelope.ts';
import { locationOf } from './location.ts';
import { mergeBody } from './schemas.ts';
import { DEFAULT_MERGE_BY, whoOf } from './who.ts';

type Body = z.infer<typeof mergeBody>;

/** `POST /v1/person/merge`: one to a hundred people, answered in their order (Ortto help, a-257; recorded). */
export function personMergeRoute(app: FastifyInstance, o: { people: People }): void {
  app.post('/person/merge', (request: Called, reply) => mergePeople(o.people, request, reply));
}

/** What a request to merge people is answered: their ids, or the refusal, which has been sent. */
export async function mergePeople(people: People, request: Called, reply: FastifyReply) {
  const body = parseRecords(mergeBody, request.body);
  const items = body.people.map((person) => itemOf(person, body));
  const outcomes = await take(people, request, items, body);
  const bad = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
  if (bad.length === outcomes.length) {
    return sendError(reply, 400, `No valid contacts provided (${bad[0]!.error})`, bad);
  }
  return { people: outcomes.map((outcome, i) => answerOf(outcome, items[i]!)) };
}

function itemOf(person: Body['people'][number], body: Body): IntakeItem {
  return {
    ...whoOf((person.fields ?? {}) as Fields, body.merge_by?.length ? body.merge_by : DEFAULT_MERGE_BY, body),
    ...locationOf(person.location),
    strategy: body.merge_strategy,
    clear: Object.entries(person.clear_fields ?? {}).flatMap(([id, clear]) => (clear ? [id] : [])),
    tags: person.tags ?? [],
    unsetTags: person.unset_tags ?? [],
    source: 'API',
  };
}

function answerOf(outcome: Outcome, { who }: IntakeItem) {
  if ('error' in outcome) return outcome;
  if ('personId' in outcome) {
    return { person_id: publicId(outcome.personId), status: outcome.status === 'created' ? 'created' : 'merged' };
  }
  // As activities are answered, whose answers were recorded: the id only where the request had it.
  return { ...('personId' in who ? { person_id: publicId(who.personId) } : {}), status: outcome.status };
}
