import { noteItem } from '../webhooks/items.ts';
import type { Account } from './account.ts';
import type { Act } from './act.ts';
import { recordEvent } from './events.ts';
import type { Draft, Note, Owner } from './model.ts';

export type NoteDraft = Pick<Note, 'entity_id' | 'note_type' | 'params'> &
  Draft<Pick<Note, 'created_by' | 'created_at'>>;

const singular = { leads: 'lead', contacts: 'contact', companies: 'company' } as const;

export function addNote(account: Account, act: Act, owner: Owner, draft: NoteDraft): Note {
  const by = draft.created_by ?? act.by;
  const note: Note = {
    id: account.nextId('note'),
    owner,
    entity_id: draft.entity_id,
    note_type: draft.note_type,
    params: draft.params,
    responsible_user_id: by,
    created_by: by,
    updated_by: by,
    created_at: draft.created_at ?? act.at,
    updated_at: act.at,
  };
  account.notes.set(note.id, note);
  recordEvent(account, act, {
    type: `${note.note_type}_note_added`,
    entity_type: singular[owner],
    entity_id: note.entity_id,
    value_after: [{ note: { id: note.id } }],
  });
  act.tell({
    group: owner === 'leads' ? 'leads' : 'contacts',
    action: 'note',
    settings: [`note_${singular[owner]}`],
    item: () => noteItem(account, note),
  });
  return note;
}

export function changeNote(act: Act, note: Note, params: Record<string, unknown>): void {
  note.params = { ...note.params, ...params };
  note.updated_at = act.at;
  note.updated_by = act.by;
}
