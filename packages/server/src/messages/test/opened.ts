import { startSmtp, type TestSmtp } from './smtp-server.ts';
import type { ProcessOptions, TestProcess, World } from './world.ts';

/** What a test opens, to be ended after it: `stopAll`, the last first. */
export interface Opened {
  open: { stop(): Promise<unknown> }[];
  smtpServer(o?: Parameters<typeof startSmtp>[0]): Promise<TestSmtp>;
  /** A process that sends to that server. */
  sender(smtp: { url: string }, o?: ProcessOptions): Promise<TestProcess>;
  stopAll(): Promise<void>;
}

export function opened(world: () => World): Opened {
  const open: Opened['open'] = [];
  return {
    open,
    async smtpServer(o) {
      const smtp = await startSmtp(o);
      open.push({ stop: smtp.close });
      return smtp;
    },
    async sender(smtp, o = {}) {
      const process = await world().process({ smtp: smtp.url, ...o });
      open.push(process);
      return process;
    },
    async stopAll() {
      for (const one of open.splice(0).toReversed()) await one.stop();
    },
  };
}
