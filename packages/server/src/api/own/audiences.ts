import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Audiences, publicAudienceId, type SizedAudience } from '../../audiences/index.ts';
import { parse } from '../ortto/call.ts';
import { audienceBody, audienceChangeBody, audiencesQuery } from './audiences.schema.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;

/** Making, changing and reading audiences, for which Ortto's public API has no call. */
export function ownAudienceRoutes(app: FastifyInstance, o: { audiences: Audiences }): void {
  app.get('/audiences', async (request) => {
    const { q, archived, limit, offset } = parse(audiencesQuery, request.query);
    const found = await o.audiences.list(request.workspaceId, {
      archived: archived === 'true',
      ...(q ? { search: q } : {}),
      limit,
      offset,
    });
    return { audiences: found.map(shown) };
  });

  app.post('/audiences', async (request, reply) => {
    const body = parse(audienceBody, request.body);
    const made = await o.audiences.create(request.workspaceId, {
      ...given(body),
      name: body.name,
      filter: body.filter,
      exitFilter: body.exit_filter ?? null,
    });
    reply.code(201);
    return answer(o, request.workspaceId, publicAudienceId(made));
  });

  app.get('/audiences/:id', async (request: ById) => answer(o, request.workspaceId, request.params.id));

  app.patch('/audiences/:id', async (request: ById) => {
    const body = parse(audienceChangeBody, request.body);
    await o.audiences.edit(request.workspaceId, request.params.id, {
      ...given(body),
      ...(body.name === undefined ? {} : { name: body.name }),
      ...(body.filter === undefined ? {} : { filter: body.filter }),
      ...(body.exit_filter === undefined ? {} : { exitFilter: body.exit_filter }),
      archived: body.archived,
    });
    return answer(o, request.workspaceId, request.params.id);
  });

  app.delete('/audiences/:id', async (request: ById) => {
    await o.audiences.remove(request.workspaceId, request.params.id);
    return { id: request.params.id, deleted: true };
  });
}

interface Shown {
  public_name?: string | undefined;
  public_description?: string | undefined;
  is_public?: boolean | undefined;
  sms_is_public?: boolean | undefined;
}

function given({ public_name, public_description, is_public, sms_is_public }: Shown) {
  return {
    ...(public_name === undefined ? {} : { publicName: public_name }),
    ...(public_description === undefined ? {} : { publicDescription: public_description }),
    ...(is_public === undefined ? {} : { isPublic: is_public }),
    ...(sms_is_public === undefined ? {} : { smsIsPublic: sms_is_public }),
  };
}

async function answer(o: { audiences: Audiences }, workspaceId: number, id: string) {
  const { growth, ...audience } = await o.audiences.find(workspaceId, id);
  return { ...shown(audience), growth };
}

function shown(audience: SizedAudience) {
  const { archivedAt, building } = audience;
  return {
    id: publicAudienceId(audience),
    name: audience.name,
    state: archivedAt ? 'archived' : building ? 'building' : 'ready',
    /** People judged so far, of so many; the whole may grow while it is built. */
    progress: { done: audience.buildDone, total: Math.max(audience.buildTotal, audience.buildDone) },
    filter: audience.filter,
    exit_filter: audience.exitFilter,
    public_name: audience.publicName,
    public_description: audience.publicDescription,
    is_public: audience.isPublic,
    sms_is_public: audience.smsIsPublic,
    members: audience.members,
    subscribers: audience.subscribers,
    sms_opted_in: audience.smsOptedIn,
    added_last_30_days: audience.added,
    created_at: audience.createdAt,
    edited_at: audience.editedAt,
    last_built_at: audience.lastBuiltAt,
    archived_at: archivedAt,
  };
}
