import { startEmbedded } from '../packages/server/src/platform/database/embedded/index.ts';
import { urlOf } from '../packages/server/test/support/url-of.ts';
import { comeDue, drained, MOVES_EACH, sleepers } from './moves.ts';
import type { Bench } from './support/bench.ts';
import type { Figure } from './support/figures.ts';
import { busyWhile } from './support/machine.ts';
import { populate } from './support/population.ts';
import { startSink } from './support/sink.ts';
import { makeFolder } from './support/tributary.ts';

/** The same runs moved by one process, and by two that share a database; and how busy the machine was, which is the limit. */
export async function pair(bench: Bench): Promise<Figure[]> {
  const alone = await movedBy(1, bench);
  const both = await movedBy(2, bench);
  return [
    {
      what: 'shapes moved by one process',
      value: alone.perSecond,
      unit: '/s',
      note: `the machine is ${alone.busy} % busy, its PostgreSQL included`,
    },
    {
      what: 'shapes moved by two processes',
      value: both.perSecond,
      unit: '/s',
      target: { atLeast: 1.5 * alone.perSecond },
      note: `the machine is ${both.busy} % busy`,
    },
  ];
}

async function movedBy(processes: number, bench: Bench): Promise<{ perSecond: number; busy: number }> {
  const [sleeping, due] = bench.quick ? [10_000, 20_000] : [100_000, 60_000];
  const folder = bench.keep(await makeFolder());
  const database = bench.keep(await startEmbedded({ dataDir: folder.path, log: () => undefined }));
  const sink = bench.keep(await startSink());
  const start = () => bench.tributary(sink.url, { databaseUrl: urlOf(database.connection) });
  const first = await start();
  for (let more = 1; more < processes; more++) await start();
  await populate(first, due, 0);
  await sleepers(first, sleeping);
  await comeDue(first, due);
  const { result, busy } = await busyWhile(() => drained(first, due));
  return { perSecond: result * MOVES_EACH, busy };
}
