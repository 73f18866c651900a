import { type Fields, type IntakeItem, publicId } from '@tributary/model';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Entries, TriggerOutcome } from '../../journeys/index.ts';
import { personIdFrom } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';
import { parseRecords } from './call.ts';
import { sendError } from './envelope.ts';
import { triggerBody } from './journey-trigger.schema.ts';
import { DEFAULT_MERGE_BY, whoOf } from './who.ts';

type Body = z.infer<typeof triggerBody>;
type Person = Body['people'][number];
type ById = FastifyRequest<{ Params: { id: string } }>;

/** `POST /v1/journeys/{id}/trigger`: puts people into a journey, answered in their order. `{id}` may be its name. */
export function journeyTriggerRoute(app: FastifyInstance, { entries }: { entries: Entries }): void {
  app.post('/journeys/:id/trigger', async (request: ById, reply) => {
    const body = parseRecords(triggerBody, request.body);
    const people = body.people.map((person, i) => itemOf(person, body, i));
    const outcomes = await entries.trigger(request.workspaceId, request.params.id, {
      people,
      data: body.data ?? undefined,
      key: body.idempotency_key ?? undefined,
    });
    const bad = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
    if (bad.length === outcomes.length) {
      return sendError(reply, 400, `No valid people provided (${bad[0]!.error})`, bad);
    }
    return { people: outcomes.map(answerOf) };
  });
}

function itemOf(person: Person, body: Body, index: number): IntakeItem {
  const more = { strategy: body.merge_strategy, source: 'API' };
  if (!person.person_id) {
    const by = [person.merge_by, body.merge_by, DEFAULT_MERGE_BY].find((given) => given?.length)!;
    return { ...whoOf((person.fields ?? {}) as Fields, by, body), ...more };
  }
  const personId = personIdFrom(person.person_id);
  if (personId === undefined) {
    const problem = `people.${index}.person_id: "${person.person_id}" is not a person id (24 hex digits that begin with 00)`;
    throw new UserError('bad_request', problem);
  }
  return { who: { personId }, fields: {}, ...more };
}

function answerOf(outcome: TriggerOutcome) {
  if ('error' in outcome) return outcome;
  const person_id = publicId(outcome.personId);
  if ('why' in outcome) return { person_id, status: 'not_entered', reason: outcome.why };
  const run_id = publicId(outcome.runId, 'run');
  return { person_id, status: outcome.heldOut ? 'held_out' : 'entered', run_id };
}
