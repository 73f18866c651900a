import { customFieldId, type DisplayType, type EntityKind } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { CustomFields, NewField, People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from './call.ts';
import { fieldChangeBody, nothingBody } from './catalog.schema.ts';
import { displayType } from './display-type.ts';
import { customLiquidName } from './liquid-name.ts';
import { customFieldBody } from './schemas.ts';

/** Where the custom fields of people are kept, or of accounts. */
interface Kept {
  addField(workspaceId: number, field: NewField): Promise<{ id: string; displayType: DisplayType } | undefined>;
  fields: CustomFields;
}

/** `POST /v1/person/custom-field/create`, `get` and `PUT …/update` (recorded). */
export function customFieldRoutes(app: FastifyInstance, { people, db }: { people: People; db: Db }): void {
  app.post('/person/custom-field/create', (request: Called) =>
    createField(people, 'person', request.workspaceId, parse(customFieldBody, request.body)),
  );

  app.post('/person/custom-field/get', async (request: Called) => {
    parse(nothingBody, request.body);
    const fields = await people.fields.list(db, request.workspaceId);
    // An empty list of Go's: Ortto's own script is ready for it.
    if (fields.length === 0) return { fields: null };
    return {
      fields: fields.map((field) => ({
        field: {
          id: field.id,
          name: field.name,
          display_type: field.displayType,
          liquid_name: customLiquidName(field.id),
          ...(field.choices ? { dic_items: field.choices } : {}),
        },
        tracked_value: field.trackChanges,
      })),
    };
  });

  app.put('/person/custom-field/update', (request: Called) =>
    changeField(people, request.workspaceId, parse(fieldChangeBody, request.body)),
  );
}

/** The answer to `custom-field/create`. One that exists is a 423, which Ortto's own script reads as "already exists". */
export async function createField(
  of: Kept,
  entity: EntityKind,
  workspaceId: number,
  body: z.infer<typeof customFieldBody>,
) {
  const type = displayType(body.type);
  // Only selects have choices, and one that is spelled twice is one.
  const values = body.values && isSelect(type) ? [...new Set(body.values)] : undefined;
  const field = await of.addField(workspaceId, {
    name: body.name,
    type,
    ...(values ? { choices: values } : {}),
    ...(body.track_changes ? { trackChanges: true } : {}),
  });
  if (!field) {
    const id = customFieldId(body.name, type, entity);
    throw new UserError('field_exists', `${id}: the field already exists`, 423);
  }
  return {
    name: body.name,
    field_id: field.id,
    display_type: field.displayType,
    ...(values ? { values } : {}),
    ...(body.track_changes ? { track_changes: true } : {}),
  };
}

const isSelect = (type: DisplayType): boolean => type === 'single_select' || type === 'multi_select';

/** The answer to `custom-field/update`. */
export async function changeField(of: Kept, workspaceId: number, body: z.infer<typeof fieldChangeBody>) {
  const field = await of.fields.change(workspaceId, body.field_id, {
    replaceValues: body.replace_values ?? undefined,
    addValues: body.add_values ?? undefined,
    removeValues: body.remove_values ?? undefined,
    trackChanges: body.track_changes ?? undefined,
  });
  return { field_id: field.id, values: field.choices, track_changes: field.trackChanges };
}
