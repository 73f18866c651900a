import { customFieldId, kebab } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { accountFieldBody, accountFieldsBody, accountFieldUpdateBody } from './accounts.schema.ts';
import { type Called, parse } from './call.ts';
import { displayType } from './display-type.ts';

/** Custom fields of accounts: made as people's are, told of flat (recorded). */
export function accountFieldRoutes(app: FastifyInstance, o: { people: People; db: Db }): void {
  const { accounts } = o.people;

  app.post('/custom-field/create', async (request: Called) => {
    const body = parse(accountFieldBody, request.body);
    const type = displayType(body.type);
    const field = await accounts.addField(request.workspaceId, {
      name: body.name,
      type,
      ...(body.values ? { choices: body.values } : {}),
      ...(body.track_changes ? { trackChanges: true } : {}),
    });
    if (!field) {
      const id = customFieldId(body.name, type, 'account');
      throw new UserError('field_exists', `${id}: the field already exists`, 423);
    }
    return {
      name: body.name,
      field_id: field.id,
      display_type: field.displayType,
      ...(body.values ? { values: body.values } : {}),
      ...(body.track_changes ? { track_changes: true } : {}),
    };
  });

  // Asked with no body at all by a client, and `null` where there are none (Ortto's own script).
  app.post('/custom-field/get', async (request: Called) => {
    parse(accountFieldsBody, request.body);
    const fields = await accounts.fields.list(o.db, request.workspaceId);
    if (fields.length === 0) return { fields: null };
    return {
      fields: fields.map(({ id, name, displayType: shown, choices }) => ({
        id,
        name,
        display_type: shown,
        liquid_name: `account.custom.${kebab(name)}`,
        ...(choices ? { dic_items: choices } : {}),
      })),
    };
  });

  app.put('/custom-field/update', async (request: Called) => {
    const body = parse(accountFieldUpdateBody, request.body);
    const field = await accounts.fields.change(request.workspaceId, body.field_id, {
      replaceValues: body.replace_values ?? undefined,
      addValues: body.add_values ?? undefined,
      removeValues: body.remove_values ?? undefined,
      trackChanges: body.track_changes ?? undefined,
    });
    return { field_id: field.id, values: field.choices, track_changes: field.trackChanges };
  });
}
