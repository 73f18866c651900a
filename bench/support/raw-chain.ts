import type { Bench } from './bench.ts';
import { pace } from './pace.ts';
import { startHelper } from './rpc.ts';
import type { Sink } from './sink.ts';

/** The latency of a bare request → committed insert → mail, at the same rate and with the same bytes. */
export async function rawChain(
  bench: Bench,
  sink: Sink,
  load: { perSecond: number; seconds: number; body: string; mail: Buffer },
): Promise<number[]> {
  const helper = bench.keep(startHelper('raw-chain'));
  const plan = { database: bench.rawDatabase, smtpPort: sink.port, source: load.mail };
  const port = await helper.call<number>('listen', plan);
  const post = (path: string): Promise<unknown> =>
    fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST', body: load.body });
  for (let i = 0; i < WARM_UP; i++) await post('warm-up');
  await sink.take(WARM_UP);
  const began = await pace({ ...load, begin: (i) => post(String(i)) });
  const latencies = (await sink.take(began.length)).map(({ to, at }) => at - began[Number(to)]!);
  await helper.close();
  return latencies;
}

const WARM_UP = 20;
