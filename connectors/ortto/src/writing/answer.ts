import type { WriteOutcome } from '@tributary/connector-kit';
import { z } from 'zod';
import { type Answer, wordsOf } from '../rest/api.ts';
import type { Record } from './record.ts';

const words = z.string().optional().catch(undefined);
/** What is said of one record: its person, or what is wrong with it. In the request's order (recorded). */
const row = z.object({ person_id: words, status: words, error: words });
const rows = z.array(row);
const refusal = z.object({ details: rows });

/** Statuses of records that were not taken (recorded, and help). */
const refused = ['invalid', 'suppressed', 'not_found', 'error'];

/**
 * What became of each record; undefined where a refusal does not say whom it is
 * about. All records bad is a 400 with what is wrong with each (recorded); some
 * bad is said in their place in the list.
 */
export function outcomesOf(
  batch: readonly Record[],
  list: Record['call']['list'],
  { ok, status, body }: Answer,
): WriteOutcome[] | undefined {
  if (ok) {
    const read = rows.safeParse((body as { [name: string]: unknown } | null)?.[list]);
    const told = read.success && read.data.length === batch.length ? read.data : undefined;
    return batch.map(({ write }, i) => outcomeOf(write.id, told?.[i]));
  }
  const read = refusal.safeParse(body);
  const details = read.success ? read.data.details : [];
  const whole = wordsOf(body) ?? 'no reason given';
  if (batch.length !== details.length && batch.length > 1) return undefined;
  return batch.map(({ write }, i) => ({
    id: write.id,
    done: false,
    why: `Ortto refused it: ${details[i]?.error ?? whole} (${status})`,
  }));
}

function outcomeOf(id: string, told: z.infer<typeof row> | undefined): WriteOutcome {
  if (told && (told.error || refused.includes(told.status ?? '')))
    return { id, done: false, why: `Ortto refused it: ${told.error || told.status}` };
  return { id, done: true, ...(told?.person_id ? { reference: told.person_id } : {}) };
}
