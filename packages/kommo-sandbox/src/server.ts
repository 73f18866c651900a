import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { Control } from './control/control.ts';
import { controlRoutes } from './control/routes.ts';
import { consentRoutes } from './pages/consent.ts';
import { pageRoutes } from './pages/routes.ts';
import { accountRoutes } from './rest/account.ts';
import { complexRoutes } from './rest/complex.ts';
import { contactRoutes } from './rest/contacts.ts';
import { fieldRoutes } from './rest/custom-fields.ts';
import { eventRoutes } from './rest/events.ts';
import type { Guarded } from './rest/guard.ts';
import { guard, watch } from './rest/guard.ts';
import { leadRoutes } from './rest/leads.ts';
import { pipelineRoutes, tagRoutes, userRoutes } from './rest/lists.ts';
import { noteRoutes } from './rest/notes.ts';
import { oauthRoutes } from './rest/oauth.ts';
import { taskRoutes } from './rest/tasks.ts';
import { webhookRoutes } from './rest/webhooks.ts';

const owners = ['leads', 'contacts', 'companies'] as const;

/** The whole HTTP face: Kommo's API, its token endpoint, the switches of the sandbox, and the pages people look at. */
export function buildServer(guarded: Guarded, control: Control): FastifyInstance {
  const { account, tokens } = guarded;
  const app = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 8 * 1024 * 1024 });

  app.register(
    async (api) => {
      watch(api, guarded);
      guard(api, guarded);
      accountRoutes(api, account);
      pipelineRoutes(api, account);
      userRoutes(api, account);
      leadRoutes(api, account);
      complexRoutes(api, account);
      contactRoutes(api, account, 'contacts');
      contactRoutes(api, account, 'companies');
      for (const owner of owners) {
        noteRoutes(api, account, owner);
        fieldRoutes(api, account, owner);
        tagRoutes(api, account, owner);
      }
      taskRoutes(api, account);
      eventRoutes(api, account);
      webhookRoutes(api, account);
    },
    { prefix: '/api/v4' },
  );
  app.register(async (oauth) => {
    watch(oauth, guarded);
    oauthRoutes(oauth, account, tokens);
  });
  app.register(async (pages) => {
    consentRoutes(pages, account, tokens);
    pageRoutes(pages, account, control);
  });
  app.register(async (switches) => controlRoutes(switches, control), { prefix: '/sandbox' });
  return app;
}
