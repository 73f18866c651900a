import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { startKommoSandbox } from '@tributary/kommo-sandbox';
import { readConfig } from '../config.ts';
import { createStage, NotSeen } from '../demo/stage.ts';
import { playStory } from '../demo/story.ts';
import { movableClock } from '../platform/clock.ts';
import { createLog } from '../platform/log.ts';
import { startTributary } from '../tributary.ts';
import { untilStopped } from './until-stopped.ts';

/**
 * Plays the whole story against the Kommo sandbox, on an embedded database of
 * its own that is thrown away at the end. Returns 0 only if every step was seen.
 */
export async function demo(o: {
  exit: boolean;
  port: number | undefined;
  dataDir: string | undefined;
}): Promise<number> {
  const print = (line: string): void => console.log(line);
  const stopped = untilStopped();
  const folder = o.dataDir ?? (await mkdtemp(join(tmpdir(), 'tributary-demo-')));
  const closers: (() => Promise<unknown>)[] = o.dataDir ? [] : [() => rm(folder, { recursive: true, force: true })];
  const clock = movableClock();
  const log = createLog('warn');
  let code = 0;
  try {
    const began = performance.now();
    print(styleText('bold', '\nTributary: the story, from a deal in Kommo to the report\n'));
    const sandbox = await startKommoSandbox({ now: () => clock.now() });
    closers.push(sandbox.close);
    const config = { ...readConfig({}), dataDir: folder, port: o.port ?? 0 };
    const tributary = await startTributary(config, { clock, log, look: true });
    closers.push(tributary.close);
    print(
      `The database, the server and a sandbox of Kommo are up after ${((performance.now() - began) / 1000).toFixed(1)} s.\n`,
    );
    const left = await playStory({ stage: createStage(print), tributary, sandbox, mailbox: tributary.mailbox!, clock });
    print(styleText(['bold', 'green'], '\nEvery step was seen to happen.\n'));
    if (o.exit) return code;
    print(`  Anna’s timeline     ${left.annaPage}`);
    print(`  Her deal in Kommo   ${left.dealPage}`);
    print(`  The report          ${left.reportPage}`);
    print(`  The mailbox         ${tributary.url}/mailbox`);
    print(`  An API key          ${left.key}\n`);
    print('It stays up until you press Ctrl-C.');
    await stopped;
  } catch (error) {
    code = 1;
    if (error instanceof NotSeen) print(styleText('red', `\n${error.message}`));
    else throw error;
  } finally {
    for (const close of closers.reverse()) await close();
  }
  return code;
}
