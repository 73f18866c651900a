import { customActivityId, customFieldId, isDisplayType, kebab } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { People } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from './call.ts';
import { customFieldBody, definitionBody } from './schemas.ts';

export function displayType(type: string) {
  if (!isDisplayType(type)) throw new UserError('bad_request', `Failed to parse request: unknown type "${type}"`);
  return type;
}

/** `POST /v1/person/custom-field/create`. One that exists answers 423, which Ortto's own script reads as "already exists". */
export function customFieldRoute(app: FastifyInstance, o: { people: People }): void {
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

/** `POST /v1/definitions/activity/create` (recorded). */
export function definitionRoute(app: FastifyInstance, o: { people: People; now: () => Date }): void {
  app.post('/definitions/activity/create', async (request: Called) => {
    const body = parse(definitionBody, request.body);
    const activityId = customActivityId(body.name, body.entity);
    const attributes = body.attributes.map((attribute) => ({
      name: attribute.name,
      field_id: attribute.field_id ?? customFieldId(attribute.name, displayType(attribute.display_type)),
      display_type: attribute.display_type,
      liquid_name: `activity.custom.${kebab(body.name)}.${kebab(attribute.name)}`,
    }));
    const { name, touch, attributes: _asked, entity, ...details } = body;
    const defined = entity === 'account' ? o.people.accounts : o.people;
    const added = await defined.addDefinitions(request.workspaceId, [{ activityId, name, touch, details, attributes }]);
    if (added.length === 0) throw new UserError('definition_exists', `${activityId}: the activity already exists`, 409);
    const at = o.now().toISOString();
    return {
      custom_activity: {
        name,
        activity_field_id: activityId,
        state: 'awaiting_implementation',
        display_mode: body.display_style,
        attributes,
        icon_id: body.icon_id,
        track_conversion_value: body.track_conversion_value,
        touch,
        filterable: body.filterable,
        visible_in_feeds: body.visible_in_feeds,
        created_by: 'Public API',
        created_at: at,
        edited_at: at,
      },
    };
  });
}
