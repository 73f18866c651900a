import { connect } from 'node:net';

/** Sends one mail after the other over one connection, the envelope at once (RFC 2920), with as little around it as SMTP allows. */
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

  /** Of several commands at once: the answer to the last. */
  const answered = (code: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let text = '';
      failed = reject;
      heard = (chunk) => {
        text += chunk;
        const lines = text.split('\r\n');
        if (lines.some((line) => line.startsWith(`${code} `))) resolve();
        else if (/^[45]/m.test(text)) reject(new Error(`expected ${code}, got ${text}`));
      };
    });
  const ask = (text: string | Buffer, code: string): Promise<void> => {
    socket.write(text);
    return answered(code);
  };

  await answered('220');
  await ask('EHLO bench\r\n', '250');
  return {
    async send(to, source) {
      await ask(`MAIL FROM:<bench@example.com>\r\nRCPT TO:<${to}>\r\nDATA\r\n`, '354');
      await ask(Buffer.concat([source, END]), '250');
    },
    close: () => socket.destroy(),
  };
}

const END = Buffer.from('\r\n.\r\n');
