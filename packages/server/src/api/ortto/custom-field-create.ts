import { customFieldId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { People } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from './call.ts';
import { displayType } from './display-type.ts';
import { customFieldBody } from './schemas.ts';

/** `POST /v1/person/custom-field/create`. One that exists answers 423, which Ortto's own script reads as "already exists". */
export function customFieldCreateRoute(app: FastifyInstance, o: { people: People }): void {
  app.post('/person/custom-field/create', async (request: Called) => {
    const body = parse(customFieldBody, request.body);
    const type = displayType(body.type);
    const field = await o.people.addField(request.workspaceId, {
      name: body.name,
      type,
      ...(body.values ? { choices: body.values } : {}),
      ...(body.track_changes ? { trackChanges: true } : {}),
    });
    if (!field) throw new UserError('field_exists', `${customFieldId(body.name, type)}: the field already exists`, 423);
    return {
      name: body.name,
      field_id: field.id,
      display_type: field.displayType,
      ...(body.values ? { values: body.values } : {}),
      ...(body.track_changes ? { track_changes: true } : {}),
    };
  });
}
