import { publicId } from '@tributary/model';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import { UserError } from '../../platform/errors.ts';
import { pageHeaders } from '../../platform/page.ts';
import type { PageContext } from './context.ts';
import { homePage } from './home.ts';
import { journeyPage } from './journey.ts';
import { personPage } from './person.ts';

/**
 * Plain pages to look at what happened: the journeys, a journey's report, a
 * person's timeline. They show people's data, so they ask for an API key (as
 * the password of HTTP basic authentication), but in the demo.
 */
export function pageRoutes(app: FastifyInstance, o: PageContext): void {
  app.register(async (pages) => {
    pages.addHook('onRequest', async (_request, reply) => void reply.headers(pageHeaders));
    if (!o.look) pages.addHook('onRequest', keyNeeded(o.keys));
    pages.get('/', async () => homePage(o));
    pages.get<{ Params: { id: string } }>('/journeys/:id', async (request) =>
      found(await journeyPage(o, request.params.id), 'journey'),
    );
    pages.get<{ Params: { id: string } }>('/people/:id', async (request) =>
      found(await personPage(o, request.params.id), 'person'),
    );
    pages.get<{ Querystring: { email?: unknown } }>('/people', async (request, reply) => {
      const { email = '' } = request.query;
      if (typeof email !== 'string') throw new UserError('bad_request', 'email: give one address');
      const id = await o.people.findByEmail(o.db, o.workspace.id, email);
      return reply.redirect(`/people/${publicId(found(id, 'person'))}`);
    });
  });
}

function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new UserError('not_found', `there is no such ${what}`, 404);
  return thing;
}

/** Asks for an API key, as the password of HTTP basic authentication. */
export function keyNeeded(keys: KeyCache): onRequestAsyncHookHandler {
  return async (request, reply) => {
    if (await hasKey(keys, request.headers.authorization)) return;
    return reply
      .code(401)
      .header('www-authenticate', 'Basic realm="Tributary: any user name, an API key as password"')
      .send('An API key is needed, as the password: npm run tributary -- keys create --name NAME\n');
  };
}

async function hasKey(keys: KeyCache, authorization: string | undefined): Promise<boolean> {
  const [scheme, credentials = ''] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return false;
  const password = Buffer.from(credentials, 'base64').toString('utf8').split(':').slice(1).join(':');
  return password !== '' && (await keys.find(password)) !== undefined;
}
