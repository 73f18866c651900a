import { createServer, type Socket } from 'node:net';
import { now } from '../support/now.ts';
import { answer } from '../support/rpc.ts';

/**
 * A mail server that keeps nothing but who got something when: the moment of
 * its "250", at which a mail is no longer the sender's. It is plain, so that it
 * never is what is measured; that a whole envelope may come at once (PIPELINING,
 * RFC 2920) it says as every mail server in use does.
 */
const received: { to: string; at: number }[] = [];
const waiting: { count: number; resolve(): void }[] = [];
let sample: Buffer = Buffer.alloc(0);

function serve(socket: Socket): void {
  let pending: Buffer = Buffer.alloc(0);
  let inMail = false;
  let to = '';
  const say = (line: string): void => void socket.write(`${line}\r\n`);

  const command = (line: string): void => {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'RCPT') to = /<([^>]*)>/.exec(line)?.[1] ?? '';
    inMail = verb === 'DATA';
    if (inMail) say('354 go ahead');
    else if (verb === 'QUIT') socket.end('221 bye\r\n');
    else say(verb === 'EHLO' ? '250-sink\r\n250 PIPELINING' : '250 ok');
  };

  const mail = (source: Buffer): void => {
    say('250 taken');
    received.push({ to, at: now() });
    sample = source;
    inMail = false;
    for (const wait of waiting) if (received.length >= wait.count) wait.resolve();
  };

  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk;
    socket.cork();
    for (;;) {
      const mark = inMail ? '\r\n.\r\n' : '\r\n';
      const end = pending.indexOf(mark);
      if (end < 0) break;
      const piece = pending.subarray(0, end);
      pending = pending.subarray(end + mark.length);
      if (inMail) mail(piece);
      else command(piece.toString('latin1'));
    }
    socket.uncork();
  });
  say('220 sink');
}

const server = createServer(serve);

answer({
  listen: () =>
    new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    }),
  /** Resolves once so many mails are there, with whether they came in time. */
  until: ({ count, ms }: { count: number; ms: number }) =>
    new Promise<boolean>((resolve) => {
      if (received.length >= count) return resolve(true);
      const timer = setTimeout(() => resolve(false), ms);
      waiting.push({
        count,
        resolve() {
          clearTimeout(timer);
          resolve(true);
        },
      });
    }),
  /** Everything received since the last time. */
  take: () => {
    waiting.length = 0;
    return received.splice(0);
  },
  sample: () => sample,
});
