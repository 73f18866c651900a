import type { Hint, Memory, Remembered } from '@tributary/connector-kit';
import { z } from 'zod';

const kind = 'steps';
/** Of one contact: Ortto calls again up to twelve times where our answer was lost, over days. */
const kept = 50;
const memory = z.object({ told: z.array(z.string()) });

/**
 * The steps that were not told before, and what to remember so that they are not told again: Ortto calls at least once
 * for each, and nothing in a call but the run and the shape says that it is the same. Remembered by the contact's id,
 * which says nothing of them; it is in every call (recorded).
 */
export async function newSteps(
  hints: readonly Hint[],
  of: Memory,
): Promise<{ steps: ReadonlySet<Hint>; remember: Remembered[] }> {
  const steps = hints.filter((hint) => hint.kind === 'step');
  const recalled = await of.recall(kind, [...new Set(steps.flatMap(({ said }) => said.contactId ?? []))]);
  const told = new Map<string, string[]>();
  const fresh = steps.filter(({ id, said: { contactId } }) => {
    if (contactId === undefined) return true;
    const before = told.get(contactId) ?? memory.safeParse(recalled.get(contactId)).data?.told ?? [];
    if (before.includes(id)) return false;
    told.set(contactId, [...before, id].slice(-kept));
    return true;
  });
  return {
    steps: new Set(fresh),
    remember: [...told].map(([key, steps]) => ({ kind, key, value: { told: steps } })),
  };
}
