import type { Config } from '../config.ts';
import { isBegun } from '../platform/database/embedded/folder.ts';
import { UserError } from '../platform/errors.ts';

/** Commands, and words after them, that look at what is there: in a folder that is mistyped they would find all well. */
const LOOKS: Readonly<Record<string, 'all' | readonly string[]>> = {
  backup: 'all',
  doctor: 'all',
  explain: 'all',
  export: 'all',
  runs: 'all',
  keys: ['list', 'revoke'],
  messages: ['uncertain'],
  sending: ['show'],
  journeys: ['pull', 'diff', 'simulate', 'list', 'show', 'history', 'compare', 'runs'],
};

/** Throws where a command that makes nothing is asked about a folder in which there is no database. */
export async function onlyThere(config: Config, command: string, word: string | undefined): Promise<void> {
  const looks = Object.hasOwn(LOOKS, command) ? LOOKS[command]! : [];
  if (config.databaseUrl || !(looks === 'all' || (word !== undefined && looks.includes(word)))) return;
  if (await isBegun(config.dataDir)) return;
  throw new UserError(
    'no_data_folder',
    `there is no data folder ${config.dataDir}, or no database in it: look at --data and DATA_DIR; "serve" makes a new one`,
  );
}
