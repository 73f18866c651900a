import type { FastifyInstance } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import type { Audiences } from '../../audiences/index.ts';
import type { Entries } from '../../journeys/index.ts';
import type { Messages } from '../../messages/index.ts';
import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { aliasRoutes } from '../alias/index.ts';
import { jsonParser } from '../json-body.ts';
import { accountRoutes } from './accounts.ts';
import { activitiesCreateRoute } from './activities-create.ts';
import { audienceRoutes } from './audiences.ts';
import { customFieldRoutes } from './custom-field.ts';
import { definitionRoutes } from './definitions.ts';
import { serialize } from './envelope.ts';
import { headersAndMethods } from './headers.ts';
import { instanceSchemaRoute } from './instance-schema.ts';
import { journeyTriggerRoute } from './journey-trigger.ts';
import { personActivitiesRoute } from './person-activities.ts';
import { personGetRoutes } from './person-get.ts';
import { personLifecycleRoutes } from './person-lifecycle.ts';
import { personMergeRoute } from './person-merge.ts';
import { suppressionListRoutes } from './suppression-list.ts';
import { tagsRoute } from './tags.ts';

/** A request's size, as Ortto limits it (Ortto help, a-235). */
const BODY_MAX = 2 * 1024 * 1024;

/** Ortto's wire under `/v1`: same paths, bodies and errors, so that its clients only change the host. */
export function orttoRoutes(
  app: FastifyInstance,
  o: {
    db: Db;
    people: People;
    audiences: Audiences;
    messages: Pick<Messages, 'displayTypes'>;
    entries: Entries;
    keys: KeyCache;
    clock: Clock;
    log: Log;
  },
): void {
  app.register(
    async (v1) => {
      v1.decorateRequest('workspaceId', 0);
      v1.decorateRequest('keyId', 0);
      v1.decorateRequest('instance', '');
      v1.setReplySerializer(serialize);
      // Or its text would be taken for the body, and told to be no object.
      v1.removeContentTypeParser(['text/plain', 'application/json']);
      const parseJson = jsonParser(v1);
      // Ortto's clients ask lists with no body at all, and say nevertheless that it is JSON.
      v1.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) =>
        body.length === 0 ? done(null, undefined) : parseJson(request, body as Buffer, done),
      );
      v1.addHook('onRoute', (route) => {
        route.bodyLimit = BODY_MAX;
      });
      v1.addHook('onRequest', async (request) => {
        if (request.method === 'OPTIONS') return;
        const text = request.headers['x-api-key'];
        const key = typeof text === 'string' && text !== '' ? await o.keys.find(text) : undefined;
        if (!key) throw new UserError('unauthorized', text ? 'The X-Api-Key is not valid' : 'No X-Api-Key header', 401);
        request.workspaceId = key.workspaceId;
        request.keyId = key.id;
        request.instance = key.instance;
      });
      headersAndMethods(v1);
      aliasRoutes(v1, o);
      audienceRoutes(v1, o);
      personGetRoutes(v1, o);
      personMergeRoute(v1, o);
      personLifecycleRoutes(v1, o);
      personActivitiesRoute(v1, { ...o, now: o.clock.now });
      suppressionListRoutes(v1, o);
      activitiesCreateRoute(v1, o);
      customFieldRoutes(v1, o);
      definitionRoutes(v1, { people: o.people });
      accountRoutes(v1, o);
      tagsRoute(v1, o);
      instanceSchemaRoute(v1, o);
      journeyTriggerRoute(v1, o);
    },
    { prefix: '/v1' },
  );
}
