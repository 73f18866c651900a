import type { SendingDefaults } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { Messages } from '../../messages/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { parse } from '../ortto/call.ts';
import { sendingBody } from './sending.schema.ts';

/** What holds for messages that bring no rules of their own, read and changed by the operator. */
export function sendingRoutes(app: FastifyInstance, o: { db: Db; messages: Messages }): void {
  app.get('/settings/sending', async ({ workspaceId }) =>
    shown(o, workspaceId, await o.messages.defaults(o.db, workspaceId)),
  );

  app.patch('/settings/sending', async (request) => {
    const { when_capped: whenCapped, ...rest } = parse(sendingBody, request.body);
    const change = { ...rest, ...(whenCapped === undefined ? {} : { whenCapped }) };
    return shown(o, request.workspaceId, await o.messages.changeDefaults(request.workspaceId, change));
  });
}

async function shown(
  o: { messages: Messages },
  workspaceId: number,
  { cap, whenCapped, hours, timezone }: SendingDefaults,
) {
  return {
    cap,
    when_capped: whenCapped,
    hours,
    timezone,
    /** What a server checks the signatures of webhooks with. */
    webhook_secret: await o.messages.webhookSecret(workspaceId),
  };
}
