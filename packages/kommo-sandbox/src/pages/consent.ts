import type { FastifyInstance } from 'fastify';
import type { Account } from '../state/account.ts';
import type { Tokens } from '../state/tokens.ts';
import { html } from './html.ts';
import { layout } from './layout.ts';

/**
 * `GET /oauth?client_id=…&state=…`: where Kommo asks its user whether an
 * integration may come in, and sends the browser back with a code and with
 * `referer`, Kommo's own spelling for the account's address (Kommo, oauth-20).
 */
export function consentRoutes(app: FastifyInstance, account: Account, tokens: Tokens): void {
  app.get<{ Querystring: { client_id?: string; state?: string } }>('/oauth', (request, reply) => {
    const { client_id, state = '' } = request.query;
    const integration = account.integrations.find((one) => one.client_id === client_id);
    const answer = reply.header('content-type', 'text/html; charset=utf-8');
    if (!integration) {
      const page = html`<p class="missing">No integration has this client_id.</p>`;
      return answer.code(400).send(layout(account, 'Unknown integration', page));
    }
    const back = (extra: Record<string, string>) => {
      const url = new URL(integration.redirect_uri);
      const referer = request.host;
      const all = { ...extra, state, client_id: integration.client_id, referer };
      for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
      return url.href;
    };
    return answer.send(
      layout(
        account,
        'Allow access',
        html`
<div class="consent">
  <h1>Allow ${integration.name} to use ${account.name}?</h1>
  <p>It will be able to read and change deals, contacts, notes and tasks, and to hear of changes.</p>
  <p><a class="button" href="${back({ code: tokens.issueCode(integration.client_id) })}">Allow</a>
  <a class="button plain" href="${back({ error: 'access_denied' })}">Decline</a></p>
</div>`,
      ),
    );
  });
}
