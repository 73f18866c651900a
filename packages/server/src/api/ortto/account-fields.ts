import type { FastifyInstance } from 'fastify';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { accountFieldUpdateBody } from './accounts.schema.ts';
import { type Called, parse } from './call.ts';
import { nothingBody } from './catalog.schema.ts';
import { changeField, createField } from './custom-field.ts';
import { customLiquidName } from './liquid-name.ts';
import { customFieldBody } from './schemas.ts';

/** Custom fields of accounts: made as people's are, told of flat (recorded). */
export function accountFieldRoutes(app: FastifyInstance, o: { people: People; db: Db }): void {
  const { accounts } = o.people;

  app.post('/custom-field/create', (request: Called) =>
    createField(accounts, 'account', request.workspaceId, parse(customFieldBody, request.body)),
  );

  // Asked with no body at all by a client, and `null` where there are none (Ortto's own script).
  app.post('/custom-field/get', async (request: Called) => {
    parse(nothingBody, request.body);
    const fields = await accounts.fields.list(o.db, request.workspaceId);
    if (fields.length === 0) return { fields: null };
    return {
      fields: fields.map(({ id, name, displayType: shown, choices }) => ({
        id,
        name,
        display_type: shown,
        liquid_name: customLiquidName(id, 'account'),
        ...(choices ? { dic_items: choices } : {}),
      })),
    };
  });

  app.put('/custom-field/update', (request: Called) =>
    changeField(accounts, request.workspaceId, parse(accountFieldUpdateBody, request.body)),
  );
}
