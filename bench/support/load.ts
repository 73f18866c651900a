import type { Load, LoadResult } from '../processes/load.ts';
import type { Bench } from './bench.ts';
import { startHelper } from './rpc.ts';
import type { Tributary } from './tributary.ts';

/** Puts a load on a server, from a process of its own. */
export type Loading = (url: string, seconds: number) => Promise<LoadResult>;

/** V8 needs some seconds of the real thing before it is as fast as it gets. */
const WARM_UP_SECONDS = 10;

export function loading(bench: Bench, tributary: Tributary, what: Pick<Load, 'bodies' | 'connections'>): Loading {
  const load = bench.keep(startHelper('load'));
  const headers = { 'content-type': 'application/json', 'x-api-key': tributary.key };
  const run: Loading = async (url, seconds) => {
    const result = await load.call<LoadResult>('run', { ...what, url, headers, seconds } satisfies Load);
    if (result.failed > 0) throw new Error(`${result.failed} requests failed`);
    return result;
  };
  return async (url, seconds) => {
    await run(url, WARM_UP_SECONDS);
    return run(url, seconds);
  };
}

/** The same requests into a plain table, over the same HTTP stack and committed in groups. */
export async function rawIntake(bench: Bench, load: Loading, seconds: number): Promise<LoadResult> {
  const server = bench.keep(startHelper('raw-intake'));
  const url = await server.call<string>('listen', bench.rawDatabase);
  return load(url, seconds);
}
