import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Why nothing could be kept in that folder, which need not be there yet: what the system says. Makes nothing. */
export async function whyNotKept(folder: string): Promise<string | undefined> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      if (!(await stat(at)).isDirectory()) return 'ENOTDIR';
      await access(at, constants.W_OK | constants.X_OK);
      return undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || at === dirname(at)) return code;
    }
  }
}
