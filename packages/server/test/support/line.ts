import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Passed {
  method: string;
  path: string;
  body: string;
  /** 0 where the answer was lost. */
  status: number;
}

export interface Answered {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** The way to an HTTP server that really listens, on which everything that happens to requests can happen. */
export interface Line {
  readonly url: string;
  /** What came through, oldest first. */
  readonly passed: readonly Passed[];
  /** From here on it leads to another address, as after a restart. */
  leadTo(target: string): void;
  /** Answers instead of the other side where it gives an answer. */
  intercept(answer: ((request: Omit<Passed, 'status'>) => Answered | undefined) | undefined): void;
  /** The next so many requests whose path begins so are carried out, and their answers lost. */
  loseNext(count: number, path?: string): void;
  /** Each request waits so long on its way. */
  delay(ms: number): void;
  forget(): void;
  close(): Promise<void>;
}

export async function openLine(target: string): Promise<Line> {
  const passed: Passed[] = [];
  const sockets = new Set<Socket>();
  let to = target;
  let intercepted: Parameters<Line['intercept']>[0];
  let losing = { count: 0, path: '' };
  let slow = 0;

  const server = createServer(async (request, response) => {
    const asked = { method: request.method ?? '', path: request.url ?? '', body: await textOf(request) };
    if (slow > 0) await pause(slow);
    const instead = intercepted?.(asked);
    const answer = instead ?? (await forward(to, asked, request.headers['x-api-key']).catch(() => undefined));
    const lost = !instead && losing.count > 0 && asked.path.startsWith(losing.path);
    if (lost) losing.count -= 1;
    passed.push({ ...asked, status: lost || !answer ? 0 : answer.status });
    if (lost || !answer) response.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    leadTo(next) {
      to = next;
    },
    intercept(answer) {
      intercepted = answer;
    },
    loseNext(count, path = '') {
      losing = { count, path };
    },
    delay(ms) {
      slow = ms;
    },
    forget() {
      passed.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function forward(to: string, asked: Omit<Passed, 'status'>, key: unknown): Promise<Answered> {
  const answer = await fetch(to + asked.path, {
    method: asked.method,
    headers: { 'content-type': 'application/json', ...(typeof key === 'string' ? { 'x-api-key': key } : {}) },
    ...(asked.body === '' ? {} : { body: asked.body }),
  });
  const type = answer.headers.get('content-type');
  return { status: answer.status, body: await answer.text(), ...(type ? { headers: { 'content-type': type } } : {}) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part as string;
  return text;
}
