import type { Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail the sink took, and when it said "250". */
export interface SinkMail {
  to: string;
  messageId: string;
  source: string;
  at: Date;
}

/** What the sink makes of a recipient or a mail: takes it, refuses it, takes it and hangs up, or never answers. */
export type SinkAnswer = 'take' | { code: number; text: string } | 'take and hang up' | 'take and never answer';

export interface SmtpSink {
  /** What it does with the next ones; it takes everything when not told. */
  onRecipient: (address: string) => SinkAnswer;
  onMail: (mail: SinkMail) => SinkAnswer | Promise<SinkAnswer>;
  readonly url: string;
  /** In the order they were taken. */
  readonly mails: SinkMail[];
  mailsTo(address: string): SinkMail[];
  /** Nobody answers at its address until `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** A mail server that really listens, and remembers whatever it answered for. */
export async function startSmtpSink(): Promise<SmtpSink> {
  const mails: SinkMail[] = [];
  let port = 0;
  let listening: Listening | undefined;
  const sink: SmtpSink = {
    onRecipient: () => 'take',
    onMail: () => 'take',
    get url() {
      return `smtp://127.0.0.1:${port}`;
    },
    mails,
    mailsTo: (address) => mails.filter((mail) => mail.to === address),
    async shut() {
      await listening?.close();
      listening = undefined;
    },
    async open() {
      listening ??= await listen(sink, port);
      port = listening.port;
    },
    close: () => sink.shut(),
  };
  await sink.open();
  return sink;
}

interface Listening {
  port: number;
  close(): Promise<void>;
}

async function listen(sink: SmtpSink, at: number): Promise<Listening> {
  const sockets = new Map<number, Socket>();
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: true,
    closeTimeout: 100,
    onRcptTo({ address }, _session, done) {
      const answer = sink.onRecipient(address);
      done(typeof answer === 'object' ? refusal(answer) : null);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('error', done);
      stream.once('end', async () => {
        const source = Buffer.concat(chunks).toString('utf8');
        const messageId = /^message-id:\s*<([^>]+)>/im.exec(source)?.[1] ?? '';
        const mail = { to: session.envelope.rcptTo[0]!.address, messageId, source, at: new Date() };
        const answer = await sink.onMail(mail);
        if (typeof answer === 'object') return done(refusal(answer));
        mail.at = new Date();
        sink.mails.push(mail);
        if (answer === 'take') done();
        if (answer === 'take and hang up') sockets.get(session.remotePort)?.destroy();
      });
    },
  });
  // A client that is killed in the middle of a word is what these tests are about.
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort!, socket);
    socket.once('close', () => sockets.delete(remotePort!));
  });
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function refusal({ code, text }: { code: number; text: string }): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
