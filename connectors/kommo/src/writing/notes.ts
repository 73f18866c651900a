import type { WriteOutcome } from '@tributary/connector-kit';
import { noteBody } from '../speech/writes.ts';
import { type Item, requestIdOf, sendAll } from './batch.ts';
import { lookUpNotes, splitUncertain } from './look-up.ts';
import type { Addressed, Writer } from './writer.ts';

/** The type Kommo recommends to integrations: it can be long, and is folded (Kommo, "Types of notes"). */
const noteType = 'extended_service_message';

/** Notes on deals. They start none of the account's own automations. */
export async function* writeNotes(writer: Writer, writes: readonly Addressed[]): AsyncGenerator<WriteOutcome[]> {
  const { uncertain, certain } = splitUncertain(writes.map(itemOf));
  const lookUp = (items: readonly Item[]) => lookUpNotes(writer.api, items, noteType);
  const { there, missing } = await lookUp(uncertain);
  if (there.length > 0) yield there;
  yield* sendAll(
    {
      ...{ api: writer.api, tools: writer.tools, method: 'POST', path: '/leads/notes', name: 'notes' },
      ...{ size: writer.sizes.notes, appends: true, lookUp },
      repair: async () => false,
    },
    [...missing, ...certain],
  );
}

function itemOf({ write, leadId }: Addressed): Item {
  const { text } = noteBody.parse(write.body);
  return {
    requestId: requestIdOf(write),
    leadId,
    writes: [write],
    body: () => ({
      entity_id: Number(leadId),
      note_type: noteType,
      params: { service: 'Tributary', text },
      is_need_to_trigger_digital_pipeline: false,
    }),
  };
}
