import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a server answers: a status, more of an answer, or it hangs up, or never answers. */
export type WebAnswer =
  | undefined
  | { status: number; body?: string; headers?: Record<string, string> }
  | 'hang up'
  | 'never'
  | ((response: ServerResponse) => void);

export interface TestWeb {
  url: string;
  port: number;
  received: ReceivedRequest[];
  connections(): number;
  /** Breaks every connection off. */
  dropAll(): void;
  close(): Promise<void>;
}

/** An HTTP server that really listens, and answers as a test wants it to; 200 unless it says otherwise. */
export async function startWeb(
  o: { port?: number; onRequest?: (request: ReceivedRequest) => WebAnswer | Promise<WebAnswer> } = {},
): Promise<TestWeb> {
  const received: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', async () => {
      const { method = '', url = '', headers } = request;
      const asked = { method, url, headers, body };
      received.push(asked);
      const answer = await o.onRequest?.(asked);
      if (answer === 'hang up') request.socket.destroy();
      else if (typeof answer === 'function') answer(response);
      else if (answer !== 'never') response.writeHead(answer?.status ?? 200, answer?.headers).end(answer?.body ?? '');
    });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(o.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    connections: () => connections,
    dropAll: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
