import type { FastifyInstance } from 'fastify';
import type { ChangeKind, People } from '../../people/index.ts';
import { type Called, parse } from './call.ts';
import { selectionBody } from './people-schemas.ts';
import { selectionOf } from './selection.ts';

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
