import { internalId, publicId } from '@tributary/model';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import { UserError } from '../../platform/errors.ts';
import { pageHeaders } from '../../platform/page.ts';
import type { PageContext } from './context.ts';
import { sendErrorPage } from './error.ts';
import { homePage } from './home.ts';
import { journeyPage, type RunsFrom } from './journey.ts';
import { type From, personPage } from './person.ts';

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
    pages.get<{ Params: { id: string }; Querystring: RunsFrom }>('/journeys/:id', async (request) =>
      found(await journeyPage(o, request.params.id, request.query), 'journey'),
    );
    pages.get<{ Params: { id: string }; Querystring: From }>('/people/:id', async (request) =>
      found(await personPage(o, request.params.id, request.query), 'person'),
    );
    pages.get<{ Querystring: { email?: unknown; who?: unknown } }>('/people', async (request, reply) => {
      const given = request.query.email ?? request.query.who ?? '';
      if (typeof given !== 'string') throw new UserError('bad_request', 'email: give one address');
      const who = given.trim();
      if (who === '') return reply.redirect('/');
      const id = internalId(who) ?? (await o.people.findByEmail(o.db, o.workspace.id, who));
      if (id === undefined) throw nobody(who);
      return reply.redirect(`/people/${publicId(id)}`);
    });
    pages.get('/journeys', async (_request, reply) => reply.redirect('/'));
    if (!o.mailbox) for (const path of ['/mailbox', '/mailbox/*']) pages.get(path, noMailbox);
  });
}

function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new UserError('not_found', `there is no such ${what}`, 404);
  return thing;
}

/** Whoever looks for a name, or a part of one, is told what people are found by. */
const nobody = (who: string): UserError =>
  new UserError(
    'not_found',
    `nobody has the e-mail address or the id “${who.slice(0, 254)}”. It has to be the whole of either`,
    404,
  );

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
