import { internalId, publicId } from '@tributary/model';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import { UserError } from '../../platform/errors.ts';
import { pageHeaders } from '../../platform/page.ts';
import { audiencePage } from './audience.ts';
import { audiencesPage } from './audiences.ts';
import type { PageContext } from './context.ts';
import { sendErrorPage } from './error.ts';
import { homePage } from './home.ts';
import { journeyPage, type RunsFrom } from './journey.ts';
import { peoplePage } from './people.ts';
import { type From, personPage } from './person.ts';

/**
 * Plain pages to look at what happened: the journeys, a journey's report, people and
 * audiences, a person's timeline. They show people's data, so they ask for an API key (as
 * the password of HTTP basic authentication), but in the demo.
 */
export function pageRoutes(app: FastifyInstance, o: PageContext): void {
  app.register(async (pages) => {
    pages.addHook('onRequest', async (_request, reply) => void reply.headers(pageHeaders));
    if (!o.look) pages.addHook('onRequest', keyNeeded(o.keys));
    pages.get('/', async () => homePage(o));
    pages.get<{ Params: { id: string }; Querystring: RunsFrom }>('/journeys/:id', async (request) =>
      found(await journeyPage(o, request.params.id, request.query), 'journey'),
    );
    pages.get<{ Params: { id: string }; Querystring: From }>('/people/:id', async (request) =>
      found(await personPage(o, request.params.id, request.query), 'person'),
    );
    pages.get<{ Querystring: Record<'email' | 'who' | 'after', unknown> }>('/people', async (request, reply) => {
      const { email, who, after } = request.query;
      if ([email, who, after].some((given) => Array.isArray(given)))
        throw new UserError('bad_request', 'email, who, after: give each once');
      const given = String(email ?? who ?? '').trim();
      const id = internalId(given) ?? (await o.people.findByEmail(o.db, o.workspace.id, given));
      if (id !== undefined) return reply.redirect(`/people/${publicId(id)}`);
      if (email !== undefined) throw new UserError('not_found', `nobody has the e-mail address “${given}”`, 404);
      return peoplePage(o, { who: given, after: after === undefined ? undefined : String(after) });
    });
    pages.get('/audiences', async () => audiencesPage(o));
    pages.get<{ Params: { id: string }; Querystring: { after?: string } }>('/audiences/:id', async (request) =>
      audiencePage(o, request.params.id, request.query.after),
    );
    pages.get('/journeys', async (_request, reply) => reply.redirect('/'));
    if (!o.mailbox) for (const path of ['/mailbox', '/mailbox/*']) pages.get(path, noMailbox);
  });
}

function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new UserError('not_found', `there is no such ${what}`, 404);
  return thing;
}

async function noMailbox(): Promise<never> {
  throw new UserError('not_found', 'there is no mailbox here: mail goes to your mail server', 404);
}

/** Asks for an API key, as the password of HTTP basic authentication. */
export function keyNeeded(keys: KeyCache): onRequestAsyncHookHandler {
  return async (request, reply) => {
    if (await hasKey(keys, request.headers.authorization)) return;
    return sendErrorPage(
      reply.header('www-authenticate', 'Basic realm="Tributary: any user name, an API key as password"'),
      401,
      'any name will do, and an API key as the password: npm run tributary -- keys create --name NAME makes one',
    );
  };
}

async function hasKey(keys: KeyCache, authorization: string | undefined): Promise<boolean> {
  const [scheme, credentials = ''] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return false;
  const password = Buffer.from(credentials, 'base64').toString('utf8').split(':').slice(1).join(':');
  return password !== '' && (await keys.find(password)) !== undefined;
}
