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

/** Has it hear what it has not heard yet. */
export async function hearWhatWaits<Seen>(tx: Tx, hearer: LookingHearer<'people.recorded', Seen>): Promise<void> {
  await heard(tx, hearer, await recordedNews(tx));
}

/** Takes what was recorded off the news. */
export async function recordedNews(db: Pick<Tx, 'query'>): Promise<News['people.recorded'][]> {
  const { rows } = await db.query<{ payload: News['people.recorded'] }>(
    `delete from news where name = 'people.recorded' returning payload`,
  );
  return rows.map(({ payload }) => payload);
}
