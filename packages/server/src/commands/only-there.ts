import type { Config } from '../config.ts';
import { isBegun } from '../platform/database/embedded/folder.ts';
import { UserError } from '../platform/errors.ts';

/** The words after a command with which it looks at what is there, and makes nothing: `all`, where it does with any. */
export type Looks = 'all' | readonly string[];

/** Whether the command that is asked for is one of those. */
export const isLook = (looks: Looks, word: string | undefined): boolean =>
  looks === 'all' || (word !== undefined && looks.includes(word));

/** Throws where a command that looks is asked about a folder in which there is no database: one mistyped would find all well. */
export async function onlyThere(config: Config): Promise<void> {
  if (config.databaseUrl || !config.looks) return;
  if (await isBegun(config.dataDir)) return;
  throw new UserError(
    'no_data_folder',
    `there is no data folder ${config.dataDir}, or no database in it: look at --data and DATA_DIR; "serve" makes a new one`,
  );
}
