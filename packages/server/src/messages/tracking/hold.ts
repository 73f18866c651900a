import type { Clock } from '../../platform/clock.ts';
import type { Journal } from './journal.ts';
import type { Touch } from './record.ts';

export interface Hold {
  /** Keeps a touch for that long before it is settled. Resolves once it is on disk, or can not be. */
  keep(touch: Touch, ms: number): Promise<void>;
  readonly size: number;
  /** Settles all at once; or, where that can not be, leaves them on disk for the process after this one. */
  close(how: 'settle' | 'leave'): Promise<void>;
}

/** Those of about the same moment, in a journal that goes once the last of them is settled. */
interface Batch {
  journal: Journal;
  until: number;
  left: number;
}

/** Touches that are not recorded yet, as something may come to light about them: on disk, so that they outlive this process. */
export function createHold(o: {
  clock: Clock;
  journal: (name: string) => Journal;
  onUnkept: (error: unknown) => void;
  /** Whether it is recorded now, and need not stay on disk. Never rejects. */
  settle: (touch: Touch) => Promise<boolean>;
}): Hold {
  const held = new Map<Touch, { settled: () => Promise<void>; cancel: () => void }>();
  let batches = 0;
  let current: Batch | undefined;
  const batchAt = (now: number, ms: number): Batch => {
    if (!current || now > current.until || current.left === 0) {
      batches += 1;
      current = { journal: o.journal(`held-${batches}`), until: now + ms, left: 0 };
    }
    current.left += 1;
    return current;
  };
  return {
    async keep(touch, ms) {
      const batch = batchAt(o.clock.now().getTime(), ms);
      const onDisk = batch.journal.append([touch]).catch(o.onUnkept);
      const cancel = o.clock.at(new Date(touch.at.getTime() + ms), () => void settled());
      let settling: Promise<void> | undefined;
      const settled = (): Promise<void> => {
        settling ??= (async () => {
          cancel();
          const recorded = await o.settle(touch);
          await onDisk;
          held.delete(touch);
          if (recorded) batch.left -= 1;
          if (batch.left === 0) await batch.journal.clear().catch(o.onUnkept);
        })();
        return settling;
      };
      held.set(touch, { settled, cancel });
      await onDisk;
    },
    get size() {
      return held.size;
    },
    async close(how) {
      for (const { cancel } of held.values()) cancel();
      if (how === 'settle') await Promise.all([...held.values()].map(({ settled }) => settled()));
    },
  };
}
