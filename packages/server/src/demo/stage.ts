import { styleText } from 'node:util';
import { messageOf } from '../platform/errors.ts';

/** A step that was not seen to happen. */
export class NotSeen extends Error {
  override name = 'NotSeen';
}

export interface Stage {
  /** A step of the story: told, played, and only then ticked, with the time it took. */
  step(title: string, play: (say: (line: string) => void) => Promise<void>): Promise<void>;
}

const SEEN_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 5;
const PROGRESS_AFTER_MS = 2000;

/** Prints the story step by step as it happens. */
export function createStage(print: (line: string) => void): Stage {
  let number = 0;
  return {
    async step(title, play) {
      number += 1;
      const began = performance.now();
      const progress = setInterval(() => print(styleText('dim', `      … ${seconds(began)}`)), PROGRESS_AFTER_MS);
      print(`${styleText('bold', `${String(number).padStart(3)}.`)} ${styleText('bold', title)}`);
      try {
        await play((line) => print(`      ${line}`));
        print(styleText('green', `      ✓ seen`) + styleText('dim', ` in ${seconds(began)}`));
      } catch (error) {
        print(styleText('red', `      ✗ ${messageOf(error)}`));
        throw new NotSeen(`step ${number}, “${title}”, was not seen: ${messageOf(error)}`, { cause: error });
      } finally {
        clearInterval(progress);
      }
    },
  };
}

/** Looks until there is something to be seen, and returns it. */
export async function seen<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const until = performance.now() + SEEN_WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new NotSeen(`${what}: not seen within ${SEEN_WITHIN_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function seconds(since: number): string {
  const ms = performance.now() - since;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
