import { connect } from 'node:net';

/** Sends one mail after the other over one connection, with as little around it as SMTP allows. */
export interface SmtpClient {
  send(to: string, source: Buffer): Promise<void>;
  close(): void;
}

export async function openSmtp(port: number): Promise<SmtpClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let heard: ((line: string) => void) | undefined;
  let failed: ((error: Error) => void) | undefined;
  socket.on('data', (chunk) => heard?.(chunk.toString('latin1')));
  socket.on('error', (error) => failed?.(error));

  const answered = (code: string): Promise<void> =>
    new Promise((resolve, reject) => {
      failed = reject;
      heard = (line) => (line.startsWith(code) ? resolve() : reject(new Error(`expected ${code}, got ${line}`)));
    });
  const ask = (text: string | Buffer, code: string): Promise<void> => {
    socket.write(text);
    return answered(code);
  };

  await answered('220');
  await ask('EHLO bench\r\n', '250');
  return {
    async send(to, source) {
      await ask('MAIL FROM:<bench@example.com>\r\n', '250');
      await ask(`RCPT TO:<${to}>\r\n`, '250');
      await ask('DATA\r\n', '354');
      await ask(Buffer.concat([source, END]), '250');
    },
    close: () => socket.destroy(),
  };
}

const END = Buffer.from('\r\n.\r\n');
