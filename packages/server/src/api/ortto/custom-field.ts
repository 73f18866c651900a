import type { FastifyInstance } from 'fastify';
import type { People } from '../../people/index.ts';
import { type Called, parse } from './call.ts';
import { fieldChangeBody, nothingBody } from './catalog.schema.ts';
import { customLiquidName } from './liquid-name.ts';

/** `POST /v1/person/custom-field/get` and `PUT /v1/person/custom-field/update` (recorded). */
export function customFieldRoutes(app: FastifyInstance, o: { people: People }): void {
  app.post('/person/custom-field/get', async (request: Called) => {
    parse(nothingBody, request.body);
    const fields = await o.people.catalog.fields(request.workspaceId);
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

  app.put('/person/custom-field/update', async (request: Called) => {
    const body = parse(fieldChangeBody, request.body);
    const { choices, trackChanges } = await o.people.catalog.changeField(request.workspaceId, body.field_id, {
      replaceValues: body.replace_values ?? undefined,
      addValues: body.add_values ?? undefined,
      removeValues: body.remove_values ?? undefined,
      trackChanges: body.track_changes ?? undefined,
    });
    return { field_id: body.field_id, values: choices, track_changes: trackChanges };
  });
}
