import type { WriteOutcome } from '@tributary/connector-kit';
import { type Entity, listNames } from '../entity.ts';
import { bodyOf } from '../speech/writes.ts';
import { type Item, requestIdOf, sendAll } from './batch.ts';
import { lookUpNotes, splitUncertain } from './look-up.ts';
import type { Addressed, Writer } from './writer.ts';

/** The type Kommo recommends to integrations: it can be long, and is folded (Kommo, "Types of notes"). */
const noteType = 'extended_service_message';

/** Notes on deals, or on contacts. They start none of the account's own automations. */
export async function* writeNotes(
  writer: Writer,
  kind: Entity['kind'],
  writes: readonly Addressed[],
): AsyncGenerator<WriteOutcome[]> {
  const path = `/${listNames[kind]}/notes`;
  const { uncertain, certain } = splitUncertain(writes.map(itemOf));
  const lookUp = (items: readonly Item[]) => lookUpNotes(writer.api, path, items, noteType);
  const { there, missing } = await lookUp(uncertain);
  if (there.length > 0) yield there;
  yield* sendAll(
    {
      ...{ api: writer.api, tools: writer.tools, method: 'POST', path, name: 'notes' },
      ...{ size: writer.sizes.notes, appends: true, mayRepeat: () => false, lookUp },
      repair: async () => undefined,
    },
    [...missing, ...certain],
  );
}

function itemOf({ write, entity }: Addressed): Item {
  const { text } = bodyOf('note', write);
  return {
    requestId: requestIdOf(write),
    entity,
    writes: [write],
    body: () => ({
      entity_id: Number(entity.id),
      note_type: noteType,
      params: { service: 'Tributary', text },
      is_need_to_trigger_digital_pipeline: false,
    }),
  };
}
