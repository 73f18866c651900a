import { builtInAccountFields, builtInFields, type DescribedField, fieldFlags, hiddenFields } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { CustomField, People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { type Called, parse } from './call.ts';
import { instanceSchemaBody } from './catalog.schema.ts';
import { describedActivity, describedField, occurrences } from './described.ts';
import { inOrder } from './envelope.ts';
import { customLiquidName } from './liquid-name.ts';

type Described = Readonly<Record<string, unknown>> & { id: string };

/**
 * `POST /v1/instance-schema/get` (recorded): the fields and activities there are, by namespace. What is built in stands
 * in `""`, and in `o` for accounts; custom fields and activities in `cm`, those of accounts in `oc`, after the middle of
 * their ids, once there are any (ours: the recorded account had none).
 */
export function instanceSchemaRoute(app: FastifyInstance, o: { people: People; db: Db }): void {
  app.post('/instance-schema/get', async (request: Called) => {
    const { namespaces: asked } = parse(instanceSchemaBody, request.body);
    const { workspaceId } = request;
    const [fields, definitions, accountFields, accountDefinitions] = await Promise.all([
      o.people.fields.list(o.db, workspaceId),
      o.people.catalog.definitions(workspaceId, 'person'),
      o.people.accounts.fields.list(o.db, workspaceId),
      o.people.catalog.definitions(workspaceId, 'account'),
    ]);
    const activities = (builtIn: boolean) =>
      definitions
        .filter((one) => one.builtIn === builtIn)
        .flatMap((one) => [describedActivity(one), ...occurrences(one)]);
    const custom = [...fields.map((field) => customField(field, 'people')), ...activities(false)];
    const customOfAccounts = [
      ...accountFields.map((field) => customField(field, 'account')),
      ...accountDefinitions.map(describedActivity),
    ];
    const builtIn = [...builtInFields.map(withFlags), ...hiddenFields].map((field) => describedField(field));
    const all = {
      '': { id: '', fields: byId([...builtIn, ...activities(true)]) },
      ...(custom.length > 0 ? { cm: { id: 'cm', fields: byId(custom) } } : {}),
      o: {
        id: 'o',
        fields: byId(builtInAccountFields.map(withFlags).map((field) => describedField(field))),
        org: true,
      },
      ...(customOfAccounts.length > 0 ? { oc: { id: 'oc', fields: byId(customOfAccounts), org: true } } : {}),
    };
    const wanted = asked?.length ? Object.entries(all).filter(([id]) => asked.includes(id)) : Object.entries(all);
    return { namespaces: Object.fromEntries(wanted) };
  });
}

function customField({ id, name, displayType: type, choices }: CustomField, of: 'people' | 'account'): Described {
  return describedField({ id, name, type, liquid: customLiquidName(id, of) }, choices);
}

/** What may be written here although Ortto's schema says otherwise is said as Ortto says it. */
function withFlags(field: DescribedField): DescribedField {
  return { ...field, ...fieldFlags[field.id] };
}

function byId(all: readonly Described[]): Record<string, Described> {
  return inOrder(Object.fromEntries(all.map((one) => [one.id, one])));
}
