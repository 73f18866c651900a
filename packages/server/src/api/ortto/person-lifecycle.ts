import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { ChangeKind, People, Selection } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from './call.ts';
import { idsOf } from './ids.ts';
import { selectionBody } from './people-schemas.ts';

const SOURCE = 'API';

/**
 * `PUT /v1/person/archive`, `PUT /v1/person/restore`, `DELETE /v1/person/delete`
 * (recorded). `scheduled_contacts` are those to whom it is done later, for they
 * are many.
 */
export function personLifecycleRoutes(app: FastifyInstance, o: { people: People }): void {
  const change = async (request: Called, kind: ChangeKind) =>
    o.people.lifecycle.change(
      request.workspaceId,
      kind,
      selectionOf(request, parse(selectionBody, request.body)),
      SOURCE,
    );
  app.put('/person/archive', async (request: Called) => {
    const { scheduled, done } = await change(request, 'archive');
    return { scheduled_contacts: scheduled, archived_contacts: done };
  });
  app.put('/person/restore', async (request: Called) => {
    const { scheduled, done } = await change(request, 'restore');
    return { scheduled_contacts: scheduled, restored_contacts: done };
  });
  app.delete('/person/delete', async (request: Called) => {
    const { scheduled, done } = await change(request, 'delete');
    return { scheduled_contacts: scheduled, deleted_contacts: done };
  });
}

function selectionOf(request: Called, body: z.infer<typeof selectionBody>): Selection {
  if (body.all_rows_selected) return { allBut: idsOf(request, body.exclusion_ids ?? []) };
  if (!body.inclusion_ids) {
    throw new UserError('bad_request', 'Failed to parse request: inclusion_ids: who? (or all_rows_selected)');
  }
  const not = new Set(idsOf(request, body.exclusion_ids ?? []));
  return { ids: idsOf(request, body.inclusion_ids).filter((id) => !not.has(id)) };
}
