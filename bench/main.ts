import { parseArgs } from 'node:util';
import { startEmbedded } from '../packages/server/src/platform/database/embedded/index.ts';
import { activityToMail, triggersToMail } from './activity-to-mail.ts';
import { audiences } from './audiences.ts';
import { burst } from './burst.ts';
import { hundred, single } from './core-intake.ts';
import { delay, delayBesideSleepers } from './delay.ts';
import { enrol } from './enrol.ts';
import { importFile } from './import.ts';
import { intake } from './intake.ts';
import { merge } from './merge.ts';
import { moves } from './moves.ts';
import { pair } from './pair.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';
import { type Benchmark, runBenchmark } from './support/bench.ts';
import { type Figure, meets } from './support/figures.ts';
import { busyPercent, describeMachine } from './support/machine.ts';
import { printTable } from './support/table.ts';
import { makeFolder } from './support/tributary.ts';
import { webhookToMail } from './webhook-to-mail.ts';

/** From what happens to the mail: what a team notices. */
const story: Readonly<Record<string, Benchmark>> = {
  webhook: webhookToMail,
  activity: activityToMail,
  burst,
  delay,
  enrol,
  intake,
  start,
};

/** What people are kept in, filled to the size that it is made for. */
const core: Readonly<Record<string, Benchmark>> = { single, hundred, merge, audiences, import: importFile, scale };

/** What moves people through journeys. */
const journeys: Readonly<Record<string, Benchmark>> = {
  moves,
  triggers: triggersToMail,
  late: delayBesideSleepers,
  pair,
};

const benchmarks = { ...story, ...core, ...journeys };
const groups: Readonly<Record<string, readonly string[]>> = {
  story: Object.keys(story),
  core: Object.keys(core),
  journeys: Object.keys(journeys),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'string' },
    keep: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const names = positionals.flatMap((name) => groups[name] ?? [name]);
const unknown = names.filter((name) => !(name in benchmarks));

if (values.help || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no benchmark "${name}".`);
  console.log(`npm run bench [-- NAME… --quick --profile DIR]

  NAME            a group: ${Object.keys(groups).join(', ')}; "story" when nothing is named
                  or one of ${groups.story!.join(', ')} (story),
                  ${groups.core!.join(', ')} (core),
                  ${groups.journeys!.join(', ')} (journeys)
  --quick         shorter runs, rougher figures
  --profile DIR   a CPU profile of each Tributary it starts
  --keep DIR      "scale" keeps its million people in DIR, and finds them there the next time`);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  process.exitCode = await main(names.length > 0 ? names : groups.story!);
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
        const { quick, profile, keep: keepAt } = values;
        figures.push(...(await runBenchmark(benchmarks[name]!, { quick, profile, keepAt, rawDatabase, say })));
      } catch (error) {
        failed += 1;
        console.error(`${name} could not be run:`, error);
      }
    }
    printTable(figures);
    const missed = figures.filter((figure) => meets(figure) === false).length;
    console.log(
      `\n${machine}${values.quick ? '; quick' : ''}; ${missed + failed === 0 ? 'every target met' : `${missed} missed, ${failed} could not be run`}`,
    );
  } finally {
    await database.close();
    await folder.close();
  }
  return failed > 0 ? 1 : 0;
}
