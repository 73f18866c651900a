import { messageOf } from '../errors.ts';
import { type Db, transaction } from './pool.ts';

/** A database that hangs answers nobody; whoever asks whether it is there wants to know. */
const PATIENCE_MS = 5000;

/** Asks one question at a time: one that stays open keeps one connection, however many want to know. */
export function createWritable(db: Db): () => Promise<string | undefined> {
  let asked: Promise<string | undefined> | undefined;
  return async () => {
    asked ??= whyNotWritable(db).finally(() => {
      asked = undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const tired = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('it does not answer'), PATIENCE_MS);
    });
    return Promise.race([asked, tired]).finally(() => clearTimeout(timer));
  };
}

/**
 * Why the database can not be worked with at the moment; undefined when it can. A server that is read-only, or whose disk is
 * full, answers every question: so it is asked for the first, and given more to sort out than it may hold in memory for the
 * second, which leaves nothing behind.
 */
async function whyNotWritable(db: Db): Promise<string | undefined> {
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
