import { type Db, type Tx, transaction, transactionAside } from '../platform/database/pool.ts';
import { createPartition, noticePartition } from './store/activity.sql.ts';

/** Activities are kept by month, those of people and those of accounts; a month's partitions have to be there before its first activity. */
export interface Partitions {
  /** For a transaction that is about to record at these moments. */
  ensure(tx: Tx, moments: readonly Date[]): Promise<void>;
  /** The months from so many before the one of `now` to so many after it. */
  prepare(now: Date, before: number, after: number): Promise<void>;
}

const monthOf = (moment: Date): Date => new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), 1));

/** Makes each month once; every process remembers the months it has seen. */
export function createPartitions(db: Db): Partitions {
  const seen = new Set<number>();
  const make = async (month: Date, inTransaction = transaction): Promise<void> => {
    await inTransaction(db, (tx) => createPartition(tx, month));
    seen.add(month.getTime());
  };
  return {
    async ensure(tx, moments) {
      for (const moment of moments) {
        const month = monthOf(moment);
        if (seen.has(month.getTime())) continue;
        // In a transaction of its own: one that fails later must not take the partition with it.
        await make(month, transactionAside);
        await noticePartition(tx, month);
      }
    },
    async prepare(now, before, after) {
      for (let month = -before; month <= after; month++) {
        await make(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month, 1)));
      }
    },
  };
}
