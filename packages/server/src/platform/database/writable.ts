import { messageOf } from '../errors.ts';
import { type Db, transaction } from './pool.ts';

/**
 * Why the database can not be worked with at the moment; undefined when it can. A server that is read-only, or whose disk is
 * full, answers every question: so it is asked for the first, and given more to sort out than it may hold in memory for the
 * second, which leaves nothing behind.
 */
export async function whyNotWritable(db: Db): Promise<string | undefined> {
  try {
    return await transaction(db, async (tx) => {
      await tx.query(`set local work_mem = '64kB'`);
      const { rows } = await tx.query<{ readOnly: string }>(
        `select current_setting('transaction_read_only') as "readOnly", count(*) from generate_series(1, 5000)`,
      );
      return rows[0]!.readOnly === 'on' ? 'it is read-only' : undefined;
    });
  } catch (error) {
    return messageOf(error);
  }
}
