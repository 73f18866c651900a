import { NO_ID } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { People } from '../../people/index.ts';
import { type Called, parse } from './call.ts';
import { tagsBody } from './catalog.schema.ts';

/**
 * `POST /v1/tags/get`: a bare array, first those of people, then those of accounts, whose numbers are a series of their
 * own; nobody is told to have made a tag, as on the recording.
 */
export function tagsRoute(app: FastifyInstance, o: { people: People }): void {
  app.post('/tags/get', async (request: Called) => {
    const { q } = parse(tagsBody, request.body);
    const tags = await o.people.catalog.tags(request.workspaceId, q?.trim() ?? '');
    return tags.map((tag) => ({
      id: tag.id,
      instance_id: request.instance,
      name: tag.name,
      created_by_id: NO_ID,
      created_by_name: '',
      created_by_email: '',
      created_at: tag.createdAt.toISOString(),
      last_used: tag.lastUsedAt.toISOString(),
      count: tag.count,
      ...(tag.subscribers > 0 ? { subscribers: tag.subscribers } : {}),
      type: tag.of === 'account' ? 'organization' : '',
    }));
  });
}
