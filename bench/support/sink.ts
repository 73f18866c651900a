import { startHelper } from './rpc.ts';

export interface ReceivedMail {
  to: string;
  /** When the sink answered "250"; compares with `now()`. */
  at: number;
}

/** A mail server in a process of its own. */
export interface Sink {
  url: string;
  port: number;
  /** Waits for so many mails and takes them. Throws when fewer came in time. */
  take(count: number, ms?: number): Promise<ReceivedMail[]>;
  /** The last mail, as it came over the wire. */
  sample(): Promise<Buffer>;
  close(): Promise<void>;
}

const PATIENCE_MS = 60_000;

export async function startSink(): Promise<Sink> {
  const helper = startHelper('sink');
  const port = await helper.call<number>('listen');
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    async take(count, ms = PATIENCE_MS) {
      const all = await helper.call<boolean>('until', { count, ms });
      const mails = await helper.call<ReceivedMail[]>('take');
      if (!all || mails.length > count) throw new Error(`${mails.length} of ${count} mails came in ${ms / 1000} s`);
      return mails;
    },
    sample: async () => Buffer.from(await helper.call<Uint8Array>('sample')),
    close: helper.close,
  };
}
