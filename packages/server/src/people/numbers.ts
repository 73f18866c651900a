import { idAt } from '@tributary/model';
import type { Queryable } from '../platform/database/pool.ts';

/** Numbers are taken from the sequence in blocks, so that most batches ask the database for none. */
const BLOCK = 1024n;

export interface Ids {
  /** `moments.length` new ids, each carrying its moment. */
  next(db: Queryable, moments: readonly Date[]): Promise<string[]>;
}

export function createIds(sequence: 'person_number' | 'account_number' | 'activity_number' | 'run_number'): Ids {
  let next = 0n;
  let end = 0n;
  return {
    async next(db, moments) {
      if (next + BigInt(moments.length) > end) {
        const blocks = await db.query<{ n: string }>('select nextval($1) as n from generate_series(1, $2)', [
          sequence,
          Math.ceil(moments.length / Number(BLOCK)),
        ]);
        // The blocks alone are enough: what was left over may have been used up while we waited.
        const numbers = blocks.rows.flatMap(({ n }) => {
          const first = BigInt(n) * BLOCK;
          return Array.from({ length: Number(BLOCK) }, (_, i) => first + BigInt(i));
        });
        next = numbers[moments.length] ?? 0n;
        end = next === 0n ? 0n : numbers.at(-1)! + 1n;
        // Blocks fetched together need not be neighbours: what is left lies in the last of them.
        return moments.map((moment, i) => idAt(moment, numbers[i]!));
      }
      return moments.map((moment) => idAt(moment, next++));
    },
  };
}
