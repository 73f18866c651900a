import { createReadStream } from 'node:fs';
import { publicId } from '@tributary/model';
import type { Config } from '../config.ts';
import type { Received } from '../messages/index.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import { withRooms } from './with-database.ts';

/** What mail servers read in the end of a program they pipe mail to (sysexits.h): this is no mail; try again later. */
const [NO_MAIL, LATER] = [65, 75];

/**
 * `messages receive [FILE]…`: mail as it came, from standard input or files, with a line for each of what it was taken
 * for. A mail server that pipes mail here keeps what could not be taken in for now, and tries again.
 */
export async function receive(config: Config, files: readonly string[]): Promise<number> {
  try {
    return await withRooms(config, async ({ messages, workspace }) => {
      let worst = 0;
      for (const file of files.length > 0 ? files : ['-']) {
        const source = file === '-' ? process.stdin : createReadStream(file);
        try {
          tell(file, await messages.receive(workspace.id, source));
        } catch (error) {
          if (!(error instanceof UserError) && !isFileProblem(error)) throw error;
          console.error(`tributary: ${file === '-' ? '' : `${file}: `}${messageOf(error)}`);
          worst = error instanceof UserError && error.status === 409 ? LATER : Math.max(worst, NO_MAIL);
        }
      }
      return worst;
    });
  } catch (error) {
    console.error(`tributary: ${messageOf(error)}`);
    return LATER;
  }
}

function isFileProblem(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ENOENT|EACCES|EISDIR)$/.test(String(error.code));
}

function tell(file: string, received: Received): void {
  const named = received.as === 'unrelated' ? [] : [publicId(received.messageId, 'message')];
  const more = ['recorded', 'why'].flatMap((key) => (key in received ? [String(received[key as never])] : []));
  console.log([...(file === '-' ? [] : [file]), received.as, ...named, ...more].join('\t'));
}
