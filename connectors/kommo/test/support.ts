import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  DueWrite,
  Hint,
  Http,
  HttpRequest,
  HttpResponse,
  Reading,
  Session,
  Write,
  WriteOutcome,
} from '@tributary/connector-kit';
import { createMemory, realHttp } from '@tributary/connector-kit/testing';
import { type KommoSandbox, type SandboxOptions, startKommoSandbox } from '@tributary/kommo-sandbox';
import type { IntakeItem } from '@tributary/model';
import type { Entity } from '../src/entity.ts';
import { kommo } from '../src/index.ts';
import { writeOf } from '../src/speech/writes.ts';

export type Interceptor = (request: HttpRequest) => HttpResponse | undefined | Promise<HttpResponse | undefined>;

/** A Kommo account that really listens, a session with it, and a place its webhooks come to. */
export interface Account {
  sandbox: KommoSandbox;
  readonly session: Session;
  memory: ReturnType<typeof createMemory>;
  webhookUrl: string;
  logged: string[];
  http: Http;
  now(): Date;
  advance(ms: number): void;
  /** Another session, as after a restart: with nothing in mind but what is remembered. */
  renew(): void;
  /** Answers instead of Kommo where it gives an answer. */
  intercept(answer: Interceptor | undefined): void;
  /** The hints of all webhooks that came since the last call. */
  hooks(): Promise<Hint[]>;
  /** Reads hints, the ones of the webhooks that came when none are given, and remembers. */
  read(hints?: readonly Hint[]): Promise<Reading>;
  /** What the next look finds of what no webhook told; remembers. */
  caughtUp(): Promise<IntakeItem[]>;
  write(writes: readonly DueWrite[]): Promise<WriteOutcome[]>;
  /** Requests so far: "GET /leads", without their query. */
  requests(): string[];
  close(): Promise<void>;
}

export const secret = 'a-secret-of-24-characters';

export async function openAccount(o: SandboxOptions = {}): Promise<Account> {
  let now = new Date('2026-11-23T21:04:11.000Z');
  const clock = () => now;
  // Our own limit stands; the sandbox's is for the test that asks whether it holds.
  const sandbox = await startKommoSandbox({ now: clock, requestsPerSecond: 0, ...o });
  const bodies: { body: string; contentType: string }[] = [];
  const server = await listen((body, contentType) => bodies.push({ body, contentType }));
  const memory = createMemory();
  const logged: string[] = [];
  let intercepted: Interceptor | undefined;
  const http: Http = async (request) => (await intercepted?.(request)) ?? (await realHttp(request));
  const settings = kommo.settings.parse({ url: sandbox.url, token: sandbox.token });
  const open = () => kommo.open(settings, { http, now: clock, log: (message) => logged.push(message) });
  let session = open();

  const account: Account = {
    ...{ sandbox, memory, logged, http, now: clock },
    get session() {
      return session;
    },
    renew() {
      session = open();
    },
    webhookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/kommo/${secret}`,
    advance(ms) {
      now = new Date(now.getTime() + ms);
    },
    intercept(answer) {
      intercepted = answer;
    },
    async hooks() {
      await sandbox.settled();
      return bodies.splice(0).flatMap(({ body, contentType }) => kommo.parseWebhook(body, contentType));
    },
    async read(hints) {
      const reading = await session.read(hints ?? (await account.hooks()), memory);
      memory.keep(reading);
      return reading;
    },
    async caughtUp() {
      const items: IntakeItem[] = [];
      for await (const reading of session.catchUp!(memory)) {
        memory.keep(reading);
        items.push(...reading.items);
      }
      return items;
    },
    write: (writes) => outcomesOf(session.write(writes, memory)),
    requests: () =>
      sandbox.requests().map(({ method, path }) => `${method} ${path.replace('/api/v4', '').replace(/\?.*/, '')}`),
    async close() {
      await sandbox.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return account;
}

export async function outcomesOf(given: AsyncIterable<readonly WriteOutcome[]>): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = [];
  for await (const some of given) outcomes.push(...some);
  return outcomes;
}

/** A lead hint as a webhook would give it. */
export function leadHint(id: number | string, said: Record<string, string> = {}): Hint {
  return { kind: 'lead', id: String(id), said: { action: 'update', ...said } };
}

/** A write as a host gives it when it is due. */
export function due(write: Omit<Write, 'key'>, id: number | string, uncertain = false): DueWrite {
  return { ...write, id: String(id), key: `key ${id}`, uncertain };
}

/** A moment of the minute that these tests play in. */
export function second(n: number): string {
  return new Date(Date.UTC(2026, 10, 23, 21, 4, n)).toISOString();
}

export function lead(id: number): Entity {
  return { kind: 'lead', id: String(id) };
}

export function noteTo(deal: number, n: number): Omit<Write, 'key'> {
  return writeOf('note', lead(deal), { text: `Opened “Hello” · 23 Nov 2026, 21:04:${n} UTC`, at: second(n) });
}

export function fieldOn(deal: number, field: string, value: string | number | boolean, n = 0): Omit<Write, 'key'> {
  return writeOf('field', lead(deal), { field, value, at: second(n) });
}

export function taskOn(deal: number, text = 'Call Anna', completeTill = 1_795_000_000): Omit<Write, 'key'> {
  return writeOf('task', lead(deal), { text, completeTill, taskType: 1 });
}

async function listen(take: (body: string, contentType: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      take(body, request.headers['content-type'] ?? '');
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
