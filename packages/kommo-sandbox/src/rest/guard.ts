import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Faults } from '../faults.ts';
import type { Account } from '../state/account.ts';
import { admin } from '../state/account.ts';
import type { Tokens } from '../state/tokens.ts';
import { Problem, page, problem } from './answers.ts';
import type { Rate } from './rate.ts';

export interface LoggedRequest {
  method: string;
  /** With its query string, as it came. */
  path: string;
  /** 0 when the connection was cut instead of answered. */
  status: number;
  /** When it came, by the machine's clock: what a test of the rate counts by. */
  at: Date;
}

export interface Guarded {
  account: Account;
  faults: Faults;
  rate: Rate;
  tokens: Tokens;
  log: LoggedRequest[];
}

const logged = 20_000;

/** Writes down every request with its status, and does the faults that concern the line. */
export function watch(app: FastifyInstance, { faults, log }: Guarded): void {
  const note = (request: FastifyRequest, reply: FastifyReply, status: number) => {
    const at = new Date(Date.now() - reply.elapsedTime);
    log.push({ method: request.method, path: request.url, status, at });
    if (log.length > logged + 1_000) log.splice(0, 1_000);
  };
  const cut = (request: FastifyRequest, reply: FastifyReply) => {
    note(request, reply, 0);
    reply.hijack();
    request.raw.socket.destroy();
  };

  app.addHook('onRequest', async (request, reply) => {
    const { offline, delayMs } = faults.get();
    if (offline) return cut(request, reply);
    if (delayMs > 0) await pause(delayMs);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const lost = faults.takeLoss(`${request.method} ${request.url}`);
    note(request, reply, lost ? 0 : reply.statusCode);
    if (lost) request.raw.socket.destroy();
    return payload;
  });
  app.setErrorHandler((error, _request, reply) => problem(reply, problemOf(error)));
  app.setNotFoundHandler((_request, reply) => problem(reply, new Problem(404, 'Not Found')));
}

/** What stands before every API request: the limit, the faults, the token. */
export function guard(app: FastifyInstance, { account, faults, rate, tokens }: Guarded): void {
  app.decorateRequest('actor', 0);
  app.addHook('onRequest', async (request, reply) => {
    const refused = rate.check();
    // Neither is JSON: a client that parses every answer falls over here.
    if (refused === 403) return page(reply, 403, 'Forbidden');
    if (refused === 429) return page(reply, 429, 'Too Many Requests');
    const failure = faults.takeFailure(`${request.method} ${request.url}`);
    if (failure === 429 || failure > 500) return page(reply, failure, 'Error');
    if (failure > 0) return problem(reply, new Problem(failure, failure === 401 ? unauthorized : 'Request failed'));

    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (!token || !tokens.accepts(token)) return problem(reply, new Problem(401, unauthorized));
    // An administrator's token may act as another user (amoCRM's PHP SDK).
    const other = Number(request.headers['x-context-user-id']);
    request.actor = account.users.find((user) => user.id === other)?.id ?? admin(account).id;
    return undefined;
  });
  app.addHook('preHandler', async (request, reply) =>
    faults.failsFor(request.body) ? problem(reply, new Problem(500, 'Request failed')) : undefined,
  );
}

const unauthorized = 'Invalid access token';

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  const message = error instanceof Error ? error.message : String(error);
  return new Problem(status, message);
}
