import type { Connector } from '@tributary/connector-kit';
import { customActivityId, customFieldId } from '@tributary/model';
import type { People } from '../people/index.ts';

/** Makes the fields and activities that a connector records with. */
export async function provide(people: People, workspaceId: number, connector: Connector<unknown>): Promise<void> {
  for (const field of connector.provides.fields) await people.addField(workspaceId, field);
  await people.addDefinitions(
    workspaceId,
    connector.provides.activities.map(({ name, attributes }) => ({
      activityId: customActivityId(name),
      name,
      touch: false,
      attributes: attributes.map((attribute) => ({
        name: attribute.name,
        field_id: customFieldId(attribute.name, attribute.type),
        display_type: attribute.type,
      })),
    })),
  );
  await people.ensureKeys(
    workspaceId,
    connector.provides.fields.filter((field) => field.key).map(({ name, type }) => customFieldId(name, type)),
  );
}
