import type { Memory, WriteOutcome } from '@tributary/connector-kit';
import { targetOf, words } from '../entity.ts';
import { recallGoneContacts, recallLeads } from '../reading/memory.ts';
import type { Addressed } from './writer.ts';

/**
 * What was to be written to deals and contacts that were deleted, closed with the reason, and the rest. What Kommo
 * answers to a write into its bin is not documented, and somebody who looks into the bin has no use for a note.
 */
export async function closeDeleted(
  writes: readonly Addressed[],
  memory: Memory,
): Promise<{ closed: WriteOutcome[]; open: Addressed[] }> {
  const idsOf = (kind: string) => [
    ...new Set(writes.filter(({ entity }) => entity.kind === kind).map(({ entity }) => entity.id)),
  ];
  const [leads, contacts] = await Promise.all([
    recallLeads(memory, idsOf('lead')),
    recallGoneContacts(memory, idsOf('contact')),
  ]);
  const gone = new Set([
    ...[...leads].filter(([, lead]) => lead.deletedAt !== undefined).map(([id]) => targetOf({ kind: 'lead', id })),
    ...[...contacts.keys()].map((id) => targetOf({ kind: 'contact', id })),
  ]);
  const isGone = ({ entity }: Addressed) => gone.has(targetOf(entity));
  return {
    closed: writes.filter(isGone).map(({ write: { id }, entity }) => ({
      ...{ id, done: false, moot: true },
      why: `the ${words[entity.kind]} ${entity.id} was deleted in Kommo`,
    })),
    open: writes.filter((one) => !isGone(one)),
  };
}
