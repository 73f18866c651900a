import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Account } from '../state/account.ts';
import type { Tokens } from '../state/tokens.ts';
import { json } from './answers.ts';

const shared = { client_id: z.string(), client_secret: z.string(), redirect_uri: z.string() };
const tokenBody = z.discriminatedUnion('grant_type', [
  z.object({ ...shared, grant_type: z.literal('authorization_code'), code: z.string() }),
  z.object({ ...shared, grant_type: z.literal('refresh_token'), refresh_token: z.string() }),
]);

/** `POST /oauth2/access_token`; its errors have a form of their own, with a `hint`. */
export function oauthRoutes(app: FastifyInstance, account: Account, tokens: Tokens): void {
  app.post('/oauth2/access_token', (request, reply) => {
    const refuse = (hint: string, status = 400) => {
      const type = 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson';
      const said = { hint, title: 'The request could not be processed', type, status, detail: hint };
      return json(reply, 'application/problem+json', said, status);
    };

    const body = tokenBody.safeParse(request.body);
    if (!body.success)
      return refuse(`Check the \`${String(body.error.issues[0]?.path[0] ?? 'grant_type')}\` parameter`);
    const integration = account.integrations.find((one) => one.client_id === body.data.client_id);
    if (!integration) return refuse('Check the `client_id` parameter', 401);
    if (integration.client_secret !== body.data.client_secret)
      return refuse('Check the `client_secret` parameter', 401);
    if (integration.redirect_uri !== body.data.redirect_uri) return refuse('Check the `redirect_uri` parameter');
    const answer =
      body.data.grant_type === 'refresh_token'
        ? tokens.refresh(integration, body.data.refresh_token)
        : tokens.exchange(integration, body.data.code);
    if (typeof answer === 'string') return refuse(answer, body.data.grant_type === 'refresh_token' ? 401 : 400);
    return json(reply, 'application/json', answer);
  });
}
