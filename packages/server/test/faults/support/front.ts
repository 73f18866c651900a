import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy in front of several servers, as an operator has one: what Kommo and mail clients know the address of. */
export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

/** Each connection goes to the next server that takes it. It ends when that server does. */
export async function openFront(urls: () => readonly string[]): Promise<Front> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    const ports = urls().map((url) => Number(new URL(url).port));
    turn += 1;
    const reach = (tries: number): void => {
      if (tries === ports.length) return void client.destroy();
      const upstream = connect(ports[(turn + tries) % ports.length]!, '127.0.0.1');
      const refused = (): void => reach(tries + 1);
      upstream.once('error', refused);
      upstream.once('connect', () => {
        upstream.off('error', refused);
        upstream.on('error', () => upstream.destroy());
        upstream.once('close', () => client.destroy());
        client.once('close', () => upstream.destroy());
        client.pipe(upstream).pipe(client);
      });
    };
    reach(0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
