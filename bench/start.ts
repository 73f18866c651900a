import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './support/bench.ts';
import type { Figure } from './support/figures.ts';
import { postgresMemory } from './support/memory.ts';
import { startSink } from './support/sink.ts';
import { makeFolder, startTributary } from './support/tributary.ts';

const MB = 2 ** 20;

/** From `serve` to ready, on an empty folder and again; and what the server takes when it has nothing to do. */
export async function start(bench: Bench): Promise<Figure[]> {
  const sink = bench.keep(await startSink());
  const { path } = bench.keep(await makeFolder());
  const first = bench.keep(await startTributary({ dataDir: path, smtpUrl: sink.url }));
  await first.close();
  const second = bench.keep(await startTributary({ dataDir: path, smtpUrl: sink.url }));
  await sleep(bench.quick ? 3000 : 15_000);
  const memory = (await second.metric('process_resident_memory_bytes')) / MB;
  const database = await postgresMemory(path);
  return [
    { what: 'first start, on an empty folder', value: first.readyAfter / 1000, unit: 's', target: { below: 5 } },
    { what: 'start again', value: second.readyAfter / 1000, unit: 's' },
    { what: 'memory of the server at rest', value: memory, unit: 'MB', target: { below: 250 } },
    ...(database === undefined
      ? []
      : [
          { what: '  and of its PostgreSQL', value: database, unit: 'MB', note: 'shared memory counted once' } as const,
        ]),
  ];
}
