import type { Hint } from '@tributary/connector-kit';
import type { LeadHint } from './lead-hint.ts';
import type { LeadMemory } from './memory.ts';

/**
 * Whether the hooks of a lead say only what is known already, so that it need
 * not be read. A move comes as `leads[status]` and as `leads[update]`, hooks
 * are repeated, and what we write into a deal comes back as `leads[update]`:
 * at seven requests a second each one not made is latency saved for somebody
 * else. What a hook says is used for this only, never as the truth: anything
 * it leaves out, or says differently, is read. A hook does not tell of the
 * deal's contacts, so one that is newer than what is known is always read,
 * except when it echoes a write of ours.
 */
export function nothingNew(hint: LeadHint, known: LeadMemory | undefined, weWroteIt: boolean): boolean {
  // Of a deal that nobody was told of nobody has to be told that it is gone.
  if (!known || known.deletedAt !== undefined) return hint.all.every(({ said }) => said.action === 'delete');
  if (known.contactId === null) return false;
  return hint.all.every(
    (one) => saysTheSame(one, known) && (weWroteIt || Number(one.said.updated_at) <= known.updatedAt),
  );
}

function saysTheSame({ said }: Hint, known: LeadMemory): boolean {
  return (
    said.action !== 'restore' &&
    said.action !== 'delete' &&
    said.updated_at !== undefined &&
    said.status_id === String(known.statusId) &&
    said.pipeline_id === String(known.pipelineId) &&
    said.responsible_user_id === String(known.responsibleUserId) &&
    // PHP leaves out what is null, and a deal without a value may come without one.
    (said.price || '0') === String(known.price ?? 0) &&
    said.name === known.name
  );
}

/** For how long a hook may be the echo of a write; retries after minutes are then simply read. */
const echoFor = 60_000;

/** The leads we wrote to a moment ago. */
export interface Echoes {
  wrote(leadId: string): void;
  wroteJustNow(leadId: string): boolean;
}

export function createEchoes(clock: () => number = () => performance.now()): Echoes {
  const writtenAt = new Map<string, number>();
  return {
    wrote(leadId) {
      // In order of time, so that the oldest are first and go first.
      writtenAt.delete(leadId);
      writtenAt.set(leadId, clock());
      for (const [id, at] of writtenAt) {
        if (clock() - at <= echoFor) break;
        writtenAt.delete(id);
      }
    },
    wroteJustNow: (leadId) => clock() - (writtenAt.get(leadId) ?? Number.NEGATIVE_INFINITY) <= echoFor,
  };
}
