import autocannon from 'autocannon';
import { answer } from '../support/rpc.ts';

export interface Load {
  url: string;
  headers: Record<string, string>;
  bodies: string[];
  connections: number;
  seconds: number;
}

export interface LoadResult {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

/** How many different requests each connection goes round and round. */
const EACH = 500;

/** Requests as fast as they are answered, over so many connections, each with bodies of its own in an order of its own. */
answer({
  async run({ url, headers, bodies, connections, seconds }: Load): Promise<LoadResult> {
    const pick = (): string => bodies[Math.floor(Math.random() * bodies.length)]!;
    const result = await autocannon({
      url,
      connections,
      duration: seconds,
      setupClient: (client) =>
        client.setRequests(Array.from({ length: EACH }, () => ({ method: 'POST', headers, body: pick() }))),
    });
    const { latency, non2xx, errors, requests } = result;
    return { perSecond: requests.average, p50: latency.p50, p99: latency.p99, failed: non2xx + errors };
  },
});
