import type { Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** What a server answers: nothing special, a refusal, or it hangs up, or never answers. */
export type Answer = undefined | { code: number; text: string } | 'hang up' | 'never';

export interface Received {
  to: string;
  source: string;
}

export interface TestSmtp {
  url: string;
  port: number;
  received: Received[];
  /** How many connections were ever made. */
  connections(): number;
  /** Breaks every connection off. */
  dropAll(): void;
  close(): Promise<void>;
}

/** An SMTP server that really listens, and answers as a test wants it to. */
export async function startSmtp(
  o: {
    port?: number;
    maxClients?: number;
    auth?: (user: string, password: string) => boolean;
    onConnect?: () => Answer;
    onFrom?: (address: string) => Answer;
    onTo?: (address: string) => Answer;
    /** With the whole mail, before it is answered. */
    onMail?: (mail: Received) => Answer | Promise<Answer>;
  } = {},
): Promise<TestSmtp> {
  const sockets = new Map<number, Socket>();
  const received: Received[] = [];
  let connections = 0;
  const answer = (session: { remotePort: number }, what: Answer, done: (error?: Error | null) => void): void => {
    if (what === 'hang up') sockets.get(session.remotePort)?.destroy();
    else if (what === 'never') return;
    else done(what && Object.assign(new Error(what.text), { responseCode: what.code }));
  };
  const server = new SMTPServer({
    disabledCommands: o.auth ? ['STARTTLS'] : ['AUTH', 'STARTTLS'],
    authOptional: o.auth === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: true,
    closeTimeout: 1,
    ...(o.maxClients === undefined ? {} : { maxClients: o.maxClients }),
    onConnect: (session, done) => answer(session, o.onConnect?.(), done),
    onAuth(auth, _session, done) {
      if (o.auth?.(auth.username ?? '', auth.password ?? '')) done(null, { user: auth.username });
      else done(new Error('who are you?'));
    },
    onMailFrom: ({ address }, session, done) => answer(session, o.onFrom?.(address), done),
    onRcptTo: ({ address }, session, done) => answer(session, o.onTo?.(address), done),
    onData(stream, session, done) {
      let source = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        source += chunk;
      });
      stream.once('end', async () => {
        const mail = { to: session.envelope.rcptTo[0]!.address, source };
        const said = await o.onMail?.(mail);
        if (said === undefined || said === 'hang up') received.push(mail);
        answer(session, said, done);
      });
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    connections += 1;
    const { remotePort } = socket;
    sockets.set(remotePort!, socket);
    socket.once('close', () => sockets.delete(remotePort!));
  });
  await new Promise<void>((resolve) => server.listen(o.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    received,
    connections: () => connections,
    dropAll: () => {
      for (const socket of sockets.values()) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
