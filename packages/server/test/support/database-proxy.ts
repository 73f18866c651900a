import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ConnectionSettings } from '../../src/platform/database/pool.ts';

/** A way to the database that can be cut. */
export interface DatabaseProxy {
  connection: ConnectionSettings;
  /** Breaks every connection and lets none through, until `mend`. */
  cut(): void;
  /** Forgets every connection and answers none, until `mend`: neither side is told. */
  forget(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function databaseProxy(to: ConnectionSettings): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let isMute = false;
  /** Those that came while nobody was answered. */
  const ignored = new Set<Socket>();
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    if (isMute) return void ignored.add(client.on('error', () => client.destroy()));
    const { host = '127.0.0.1', port = 5432 } = to;
    const upstream = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host);
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    connection: { ...to, host: '127.0.0.1', port },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    forget() {
      isMute = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend() {
      isCut = false;
      isMute = false;
      for (const socket of ignored) socket.destroy();
      ignored.clear();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of [...sockets, ...ignored]) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
