import { type Db, transaction } from '../platform/database/pool.ts';
import { createPartition } from './store/activity.sql.ts';

/** Activities are kept by month; a month's partition has to be there before its first activity. */
export interface Partitions {
  ensure(moments: readonly Date[]): Promise<void>;
}

const monthOf = (moment: Date): Date => new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), 1));

/** Makes each month once; every process remembers the months it has seen. */
export function createPartitions(db: Db): Partitions {
  const seen = new Set<number>();
  return {
    async ensure(moments) {
      for (const moment of moments) {
        const month = monthOf(moment);
        if (seen.has(month.getTime())) continue;
        // In a transaction of its own: one that fails later must not take the partition with it.
        await transaction(db, (tx) => createPartition(tx, month));
        seen.add(month.getTime());
      }
    },
  };
}
