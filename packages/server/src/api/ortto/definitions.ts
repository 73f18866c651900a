import { customActivityId, customFieldId, type EntityKind, isValueType, parseFieldId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import {
  type Definition,
  type DefinitionAttribute,
  type DefinitionDetails,
  type People,
  withAttributeId,
} from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from './call.ts';
import { definitionChangeBody, definitionDeleteBody } from './catalog.schema.ts';
import { displayType } from './display-type.ts';
import { attributeLiquidName } from './liquid-name.ts';
import { definitionBody } from './schemas.ts';

type Asked = z.infer<typeof definitionBody>;

/** `/v1/definitions/activity/create`, `modify` and `delete` (recorded; Ortto help, a-273, a-275). */
export function definitionRoutes(app: FastifyInstance, o: { people: People }): void {
  app.post('/definitions/activity/create', async (request: Called) => {
    const { name, touch, attributes: asked, entity, ...rest } = parse(definitionBody, request.body);
    const details = said(rest);
    const activityId = customActivityId(name, entity);
    const attributes = attributesOf(activityId, asked);
    const defined = entity === 'account' ? o.people.accounts : o.people;
    const added = await defined.addDefinitions(request.workspaceId, [{ activityId, name, touch, details, attributes }]);
    if (added.length === 0) throw new UserError('definition_exists', `${activityId}: the activity already exists`, 409);
    const stored = await o.people.catalog.definitions(request.workspaceId, entity);
    const made = stored.find((one) => one.activityId === activityId);
    if (!made) throw new UserError('definition_not_found', `${activityId}: there is no such activity`, 404);
    return { custom_activity: shown(made) };
  });

  app.put('/definitions/activity/modify', async (request: Called) => {
    const body = parse(definitionChangeBody, request.body);
    const { activity_field_id, name, touch, attributes, ...details } = body;
    const activityId = activity_field_id || (await madeWith(o.people, request.workspaceId, name!));
    const changed = await o.people.catalog.changeDefinition(request.workspaceId, activityId, {
      ...(name ? { name } : {}),
      ...(typeof touch === 'boolean' ? { touch } : {}),
      ...(attributes ? { attributes: attributesOf(activityId, attributes) } : {}),
      details: said(details),
    });
    return { custom_activity: shown(changed) };
  });

  app.delete('/definitions/activity/delete', async (request: Called) => {
    const { activity_field_id } = parse(definitionDeleteBody, request.body);
    await o.people.catalog.archiveDefinition(request.workspaceId, activity_field_id);
    return { archived_activity: activity_field_id };
  });
}

/** The id of the activity that was made with this name: people's, or else that of accounts. */
async function madeWith(people: People, workspaceId: number, name: string): Promise<string> {
  const [ofPeople, ofAccounts] = [customActivityId(name), customActivityId(name, 'account')];
  const isIn = async (entity: EntityKind, id: string): Promise<boolean> =>
    (await people.catalog.definitions(workspaceId, entity)).some(({ activityId }) => activityId === id);
  if (await isIn('person', ofPeople)) return ofPeople;
  return (await isIn('account', ofAccounts)) ? ofAccounts : ofPeople;
}

/** `"do-not-map"` and `""` name no field of the person: the attribute's id follows from its name (Ortto help, a-273). */
function attributesOf(activityId: string, asked: Asked['attributes']): DefinitionAttribute[] {
  const attributes = asked.map(({ name, display_type, field_id }) => {
    const type = displayType(display_type);
    return {
      name,
      field_id: field_id && field_id !== 'do-not-map' ? field_id : customFieldId(name, type),
      display_type,
      liquid_name: attributeLiquidName(activityId, name),
    };
  });
  const ids = attributes.map(({ field_id }) => field_id);
  const wrong = ids.find((id) => !canBeRecorded(id));
  if (wrong !== undefined) {
    const why = `field_id: "${wrong}" is not an attribute id such as str:cm:name`;
    throw new UserError('bad_request', `Failed to parse request: attributes.${ids.indexOf(wrong)}.${why}`);
  }
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice === undefined) return attributes;
  throw new UserError('bad_request', `Failed to parse request: attributes: two of them are ${twice}`);
}

/** Whether an activity that comes with such an attribute is taken. */
function canBeRecorded(id: string): boolean {
  const type = parseFieldId(id)?.type;
  return type !== undefined && isValueType(type);
}

/** Without what was not said, which would take the place of what is there. */
function said(details: object): DefinitionDetails {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined && value !== null));
}

function shown(definition: Omit<Definition, 'builtIn'>) {
  const { activityId, details } = definition;
  return {
    name: definition.name,
    activity_field_id: activityId,
    state: details.state ?? 'awaiting_implementation',
    display_mode: displayMode(definition),
    attributes: definition.attributes.map(({ name, field_id, display_type, liquid_name }) => ({
      name,
      field_id,
      display_type,
      liquid_name: liquid_name ?? attributeLiquidName(activityId, name),
    })),
    icon_id: details.icon_id ?? 'moneys-illustration-icon',
    track_conversion_value: details.track_conversion_value ?? false,
    touch: definition.touch,
    filterable: details.filterable ?? true,
    visible_in_feeds: details.visible_in_feeds ?? true,
    created_by: 'Public API',
    created_at: definition.createdAt.toISOString(),
    edited_at: definition.editedAt.toISOString(),
  };
}

/** The attribute by its id, whether it was given or named (recorded); by its name where there is no such attribute. */
function displayMode({ details, attributes }: Pick<Definition, 'details' | 'attributes'>) {
  const { attribute_name, ...mode } = withAttributeId(details.display_style ?? { type: 'activity' }, attributes);
  return { ...mode, ...(attribute_name && !mode.attribute_field_id ? { attribute_name } : {}) };
}
