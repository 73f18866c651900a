import { type Fields, type IntakeItem, type IntakeOutcome, publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { type People, personIdFrom } from '../../people/index.ts';
import { type Called, parse } from './call.ts';
import { type RecordProblem, sendError } from './envelope.ts';
import { mergeBody } from './schemas.ts';

/** What a key finds people by when a request names nothing (Ortto help, custom API data sources). */
export const DEFAULT_MERGE_BY = ['str::email', 'str::ei'];

/** `POST /v1/person/merge`: one to a hundred people, answered in their order (Ortto help, a-257; recorded). */
export function personMergeRoute(app: FastifyInstance, o: { people: People }): void {
  app.post('/person/merge', async (request: Called, reply) => {
    const body = parse(mergeBody, request.body);
    const by = body.merge_by?.length ? body.merge_by : DEFAULT_MERGE_BY;
    await o.people.ensureKeys(request.workspaceId, by);
    const items = body.people.map(
      (person): IntakeItem => ({
        ...whoOf(person.fields as Fields, by, body.find_strategy),
        strategy: body.merge_strategy,
        existingOnly: body.skip_non_existing,
        clear: Object.entries(person.clear_fields ?? {}).flatMap(([id, clear]) => (clear ? [id] : [])),
        tags: person.tags ?? [],
        unsetTags: person.unset_tags ?? [],
        source: 'API',
      }),
    );
    const outcomes = await o.people.record(request.workspaceId, items);
    const bad = outcomes.flatMap((outcome) => ('error' in outcome ? [problemOf(outcome)] : []));
    if (bad.length === outcomes.length) {
      return sendError(reply, 400, `No valid contacts provided (${bad[0]!.error})`, bad);
    }
    return { people: outcomes.map(answerOf) };
  });
}

/** The person named by `str::person_id`, which stands alone, or found by the merge keys. */
export function whoOf(given: Fields, by: readonly string[], find: 0 | 1 | 2 = 0): Pick<IntakeItem, 'who' | 'fields'> {
  if (!by.includes('str::person_id')) return { who: { by, find }, fields: given };
  const { 'str::person_id': id, ...fields } = given;
  return { who: { personId: personIdFrom(id) ?? '0' }, fields };
}

type Failed = Extract<IntakeOutcome, { error: string }>;

function problemOf({ status, error }: Failed): RecordProblem {
  return { status, error };
}

function answerOf(outcome: IntakeOutcome) {
  if ('error' in outcome) return problemOf(outcome);
  return { person_id: publicId(outcome.personId), status: outcome.status === 'created' ? 'created' : 'merged' };
}
