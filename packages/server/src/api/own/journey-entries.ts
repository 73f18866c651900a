import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Enrolment, Entries, EntryState } from '../../journeys/index.ts';
import { personIdFrom } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { parse } from '../ortto/call.ts';
import { enrolBody } from './journey-entries.schema.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;
type OfEnrolment = FastifyRequest<{ Params: { id: string; enrolment: string } }>;

/** Many people put into a journey, and how its own entry is doing. `{id}` is the journey's id or its name. */
export function journeyEntryRoutes(app: FastifyInstance, { db, entries }: { db: Db; entries: Entries }): void {
  app.post('/journeys/:id/enrol', async (request: ById, reply) => {
    const { people, idempotency_key, ...who } = parse(enrolBody, request.body);
    const enrolment = await entries.enrol(request.workspaceId, request.params.id, {
      ...who,
      people: people?.map(personId),
      key: idempotency_key,
      by: `API key “${request.keyName}”`,
    });
    reply.code(202);
    return shown(enrolment);
  });

  app.get('/journeys/:id/enrolments', async (request: ById) => {
    const { workspaceId, params } = request;
    return {
      entry: entryShown(await entries.state(db, workspaceId, params.id)),
      enrolments: (await entries.enrolments(db, workspaceId, params.id)).map(shown),
    };
  });

  app.get('/journeys/:id/enrolments/:enrolment', async ({ workspaceId, params }: OfEnrolment) =>
    shown(await entries.enrolment(db, workspaceId, params.id, params.enrolment)),
  );

  app.post('/journeys/:id/enrolments/:enrolment/cancel', async ({ workspaceId, params }: OfEnrolment) =>
    shown(await entries.cancel(workspaceId, params.id, params.enrolment)),
  );
}

function personId(outside: string): string {
  const id = personIdFrom(outside);
  if (id === undefined)
    throw new UserError('bad_request', `people: "${outside}" is not a person id (24 hex digits that begin with 00)`);
  return id;
}

function shown(enrolment: Enrolment) {
  const { askedBy, seen, total, entered } = enrolment;
  return {
    id: enrolment.id,
    state: enrolment.state,
    asked_by: askedBy,
    who: {
      ...(enrolment.audience === null ? {} : { audience: enrolment.audience }),
      /** Of one that is over, only that there was one. */
      ...(enrolment.filtered ? { filter: enrolment.filter } : {}),
      ...(enrolment.listed === null ? {} : { people: enrolment.listed }),
    },
    /** People looked at, of about so many. */
    progress: { done: seen, total, entered },
    /** Of a schedule: its moment, and how many before it were missed. */
    ...(enrolment.occursAt === null ? {} : { occurs_at: enrolment.occursAt, missed: enrolment.missed }),
    error: enrolment.error,
    created_at: enrolment.createdAt,
    finished_at: enrolment.finishedAt,
  };
}

function entryShown({ built, waiting, next }: EntryState) {
  return { building: built && !built.ready ? { done: built.done, total: built.total } : null, waiting, next_at: next };
}
