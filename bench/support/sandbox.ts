import { freePort, startChild } from './child.ts';
import { until } from './pace.ts';

const MAIN = new URL('../../packages/kommo-sandbox/src/main.ts', import.meta.url);
const TOKEN = 'bench-token';

/** The Kommo sandbox in a process of its own, with Kommo's limit of 7 requests a second. */
export interface Sandbox {
  url: string;
  token: string;
  /** What people do in Kommo: `POST /sandbox/<what>`. */
  control<T>(what: string, input?: object): Promise<T>;
  statusId(stage: string): Promise<number>;
  /** How long each webhook since the last `clear-logs` took to be answered, in milliseconds. */
  answerTimes(): Promise<number[]>;
  /** How many REST requests it answered since then, and how many of them with 429. */
  requests(): Promise<{ all: number; refused: number }>;
  close(): Promise<void>;
}

export async function startSandbox(): Promise<Sandbox> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = startChild(MAIN, ['--port', String(port), '--token', TOKEN]);
  const look = async <T>(path: string): Promise<T> => (await (await fetch(`${url}/sandbox${path}`)).json()) as T;
  try {
    await until('the sandbox answers', () =>
      look('/state').then(
        () => true,
        () => false,
      ),
    );
  } catch (error) {
    await child.close();
    throw error;
  }
  return {
    url,
    token: TOKEN,
    async control<T>(what: string, input: object = {}) {
      const answer = await fetch(`${url}/sandbox/${what}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      if (!answer.ok) throw new Error(`sandbox/${what}: ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    async statusId(stage) {
      const { stages } = await look<{ stages: { status: string; statusId: number }[] }>('/state');
      return stages.find(({ status }) => status === stage)!.statusId;
    },
    async answerTimes() {
      const deliveries = await look<{ status: number; ms: number }[]>('/deliveries');
      const bad = deliveries.find(({ status }) => status !== 204);
      if (bad) throw new Error(`a webhook was answered with ${bad.status}`);
      return deliveries.map(({ ms }) => ms);
    },
    async requests() {
      const requests = await look<{ status: number }[]>('/requests');
      return { all: requests.length, refused: requests.filter(({ status }) => status === 429).length };
    },
    close: child.close,
  };
}
