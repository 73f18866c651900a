import type { Tx } from '../../src/platform/database/pool.ts';
import type { LookingHearer, News } from '../../src/platform/news.ts';

/** Has one room hear news in this transaction, as the hearing end does. */
export async function heard<N extends keyof News & string, Seen>(
  tx: Tx,
  { look, act }: LookingHearer<N, Seen>,
  pieces: readonly News[N][],
): Promise<void> {
  await act(tx, pieces, await look(tx, pieces));
}
