import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Less than the ten seconds after which containers are killed, so that what comes after us has some left. */
const FINISH_MS = 5000;

/**
 * Closing answers the requests in flight, and waits no longer than `withinMs` for whoever sends or reads slowly.
 * Connections that ask for nothing end at once: browsers and load balancers hold them for later.
 */
export function closeInTime(app: FastifyInstance, withinMs = FINISH_MS): void {
  const connections = new Set<Socket>();
  const asking = new Set<Socket>();
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  app.addHook('onRequest', (request, _reply, done) => {
    asking.add(request.raw.socket);
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Kept alive, its connection would hold us up.
    if (closing) reply.header('connection', 'close');
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    asking.delete(request.raw.socket);
    done();
  });
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of connections) if (!asking.has(socket)) socket.destroy();
    timer = setTimeout(() => app.server.closeAllConnections(), withinMs);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
}
