import { BadWebhook } from '@tributary/connector-kit';
import type { FastifyInstance } from 'fastify';
import { DatabaseError } from 'pg';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { createGroupCommit } from '../platform/group-commit.ts';
import type { Connections } from './connections.ts';
import { insertHooks, type NewHook } from './store/inbox.sql.ts';

/** Kommo's largest seen bodies hold 1,500 pairs, some 100 kB. */
const BODY_MAX = 1024 * 1024;

/**
 * `POST /hooks/<connector>/<secret>`: written down, then answered with 204.
 * Kommo gives two seconds; nothing is read or asked here. What can not be read
 * at all is refused with a 400 and not kept.
 */
export function webhookRoutes(app: FastifyInstance, o: { db: Db; connections: Connections; clock: Clock }): void {
  const inbox = createGroupCommit<NewHook, undefined>(async (hooks) => {
    await insertHooks(o.db, hooks);
    return hooks.map(() => undefined);
  });
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_MAX }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Params: { connector: string; secret: string } }>(
      '/hooks/:connector/:secret',
      { bodyLimit: BODY_MAX },
      async (request, reply) => {
        const { connector, secret } = request.params;
        const connection = (await o.connections.all()).find(
          (candidate) => candidate.connector.id === connector && candidate.webhookSecret === secret,
        );
        if (!connection) throw notFound();
        const body = typeof request.body === 'string' ? request.body : '';
        const contentType = request.headers['content-type'] ?? '';
        if (body.includes('\0')) throw new UserError('webhook_unreadable', 'the body holds the character U+0000', 400);
        try {
          connection.connector.parseWebhook(body, contentType);
        } catch (error) {
          if (error instanceof BadWebhook) throw new UserError('webhook_unreadable', error.message, 400);
          throw error;
        }
        const hook = { connectionId: connection.id, receivedAt: o.clock.now(), contentType, body };
        await inbox.submit([hook]).catch((error: unknown) => {
          throw isOfNoConnection(error) ? notFound() : error;
        });
        return reply.code(204).send();
      },
    );
  });
}

const notFound = (): UserError => new UserError('not_found', 'Not found', 404);

/** It has ended since it was last read: the foreign key is violated (23503). */
const isOfNoConnection = (error: unknown): boolean => error instanceof DatabaseError && error.code === '23503';
