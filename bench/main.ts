import { parseArgs } from 'node:util';
import { startEmbedded } from '../packages/server/src/platform/database/embedded/index.ts';
import { activityToMail } from './activity-to-mail.ts';
import { burst } from './burst.ts';
import { delay } from './delay.ts';
import { enrol } from './enrol.ts';
import { importFile } from './import.ts';
import { intake } from './intake.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';
import { type Benchmark, runBenchmark } from './support/bench.ts';
import { type Figure, meets } from './support/figures.ts';
import { busyPercent, describeMachine } from './support/machine.ts';
import { printTable } from './support/table.ts';
import { makeFolder } from './support/tributary.ts';
import { webhookToMail } from './webhook-to-mail.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  webhook: webhookToMail,
  activity: activityToMail,
  burst,
  delay,
  enrol,
  intake,
  import: importFile,
  start,
  scale,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, profile: { type: 'string' }, help: { type: 'boolean' } },
});
const unknown = positionals.filter((name) => !(name in benchmarks));

if (values.help || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no benchmark "${name}".`);
  console.log(`npm run bench [-- NAME… --quick --profile DIR]

  NAME            ${Object.keys(benchmarks).join(', ')}; all of them when none is named
  --quick         shorter runs, rougher figures
  --profile DIR   a CPU profile of each Tributary it starts`);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  process.exitCode = await main(positionals.length > 0 ? positionals : Object.keys(benchmarks));
}

/** Runs the benchmarks one after the other. Exits with 1 where one could not be run; a missed target is only told. */
async function main(names: readonly string[]): Promise<number> {
  const folder = await makeFolder();
  const database = await startEmbedded({ dataDir: folder.path, log: () => undefined });
  const figures: Figure[] = [];
  let failed = 0;
  try {
    const machine = await describeMachine(database.connection);
    console.log(machine);
    for (const name of names) {
      const say = (line: string): void => console.log(`${name}: ${line}`);
      say(`the machine is ${Math.round(await busyPercent())} % busy with other things`);
      try {
        const rawDatabase = database.connection;
        const { quick, profile } = values;
        figures.push(...(await runBenchmark(benchmarks[name]!, { quick, profile, rawDatabase, say })));
      } catch (error) {
        failed += 1;
        console.error(`${name} could not be run:`, error);
      }
    }
    printTable(figures);
    const missed = figures.filter((figure) => meets(figure) === false).length;
    console.log(
      `\n${machine}${values.quick ? '; quick' : ''}; ${missed === 0 ? 'every target met' : `${missed} missed`}`,
    );
  } finally {
    await database.close();
    await folder.close();
  }
  return failed > 0 ? 1 : 0;
}
