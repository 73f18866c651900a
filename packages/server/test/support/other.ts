import { createKey } from '../../src/access/index.ts';
import { readConfig } from '../../src/config.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { startTributary, type Tributary } from '../../src/tributary.ts';
import { silent, testDatabase } from './database.ts';
import { urlOf } from './url-of.ts';

/** A second Tributary, on a database of its own: the Ortto of the first. */
export interface Other {
  readonly tributary: Tributary;
  readonly url: string;
  key: string;
  /** A call of Ortto's API. */
  api(path: string, body: object): Promise<unknown>;
  /** It ends, and starts again where it was. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startOther(clock: Clock): Promise<Other> {
  const database = await testDatabase();
  const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0, smtpUrl: undefined };
  let tributary = await startTributary(config, { clock, log: silent, schedules: false });
  const { url } = tributary;
  const port = Number(new URL(url).port);
  let isUp = true;
  const { key } = await createKey(tributary.db, tributary.workspace, 'The first', clock.now());
  return {
    get tributary() {
      return tributary;
    },
    ...{ url, key },
    async api(path, body) {
      const answer = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
      return JSON.parse(text) as unknown;
    },
    async stop() {
      isUp = false;
      await tributary.close();
    },
    async start() {
      tributary = await startTributary({ ...config, port }, { clock, log: silent, schedules: false });
      isUp = true;
    },
    async close() {
      if (isUp) await tributary.close();
      await database.close();
    },
  };
}
