import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 5;
/** Generous: a machine that is busy is no reason to fail. */
const WITHIN_MS = 30_000;

/** Looks until there is something to be seen, and returns it. The only way tests wait. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  o: { withinMs?: number; everyMs?: number; told?: () => unknown } = {},
): Promise<T> {
  const { withinMs = WITHIN_MS, everyMs = LOOK_EVERY_MS } = o;
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) {
      const told = o.told ? `: ${JSON.stringify(await o.told())}` : '';
      throw new Error(`not within ${withinMs / 1000} s: ${what}${told}`);
    }
    await sleep(everyMs);
  }
}
