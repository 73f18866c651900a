import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KommoSandbox } from '../src/index.ts';

export interface Received {
  body: string;
  headers: http.IncomingHttpHeaders;
  /** Which connection it came on. */
  port: number;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Resolves when so many have come in all. */
  count(n: number): Promise<Received[]>;
  close(): Promise<void>;
}

/** A destination for webhooks that really listens. `answer` gives a status, or nothing to keep silent. */
export async function startReceiver(answer: (n: number) => number | undefined = () => 200): Promise<Receiver> {
  const received: Received[] = [];
  const waiting: { n: number; resolve: () => void }[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      received.push({ body, headers: request.headers, port: request.socket.remotePort ?? 0 });
      const status = answer(received.length);
      if (status !== undefined) response.writeHead(status, status === 302 ? { location: '/' } : {}).end('ok');
      for (const one of waiting) if (received.length >= one.n) one.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    async count(n) {
      if (received.length < n) await new Promise<void>((resolve) => waiting.push({ n, resolve }));
      return received;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Answered {
  status: number;
  type: string | null;
  text: string;
  body: unknown;
}

/** What is at a path inside an answer, or undefined. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

export function idAt(value: unknown, ...path: (string | number)[]): number {
  const id = at(value, ...path);
  if (typeof id !== 'number') throw new Error(`No id at ${path.join('.')} in ${JSON.stringify(value)}`);
  return id;
}

/** One column of a list of objects. */
export function column(list: unknown, name: string): unknown[] {
  return Array.isArray(list) ? list.map((row) => at(row, name)) : [];
}

/** Calls REST with the sandbox's token; `path` begins after `/api/v4`. */
export function client(sandbox: Pick<KommoSandbox, 'url' | 'token'>, token = sandbox.token) {
  return async (method: string, path: string, body?: unknown): Promise<Answered> => {
    const answer = await fetch(path.startsWith('http') ? path : `${sandbox.url}/api/v4${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const type = answer.headers.get('content-type');
    return { status: answer.status, type, text, body: type?.includes('json') ? JSON.parse(text) : undefined };
  };
}

/** A form as its pairs, decoded. */
export function pairs(body: string): [string, string][] {
  return [...new URLSearchParams(body)];
}
