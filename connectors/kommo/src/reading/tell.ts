import type { Reading } from '@tributary/connector-kit';
import type { IntakeItem } from '@tributary/model';
import { personOf } from './contact.ts';
import { type LeadChange, leadFields, leadMemoryOf, momentsOf, stageChange } from './lead.ts';
import type { ContactMemory } from './memory.ts';
import type { Contacts } from './read-contacts.ts';
import type { Reader } from './reader.ts';
import type { NameOf } from './stages.ts';
import { type LeadTask, taskDone } from './tasks.ts';

/** Makes of what was read what is recorded of people, and what is remembered. */
export interface Telling {
  reading: Reading;
  lead(change: LeadChange, nameOf: NameOf): void;
  /** One that is done, on a lead of this contact. */
  task(task: LeadTask, contactId: number | undefined): void;
  /** Those that changed and of which no lead and no task has told; all that were read are remembered. */
  contacts(of: Contacts): void;
  account(id: number): void;
}

export function createTelling({ tools }: Reader, contacts: ReadonlyMap<number, ContactMemory>): Telling {
  const reading: Reading = { items: [], remember: [] };
  const told = new Set<number>();
  const now = tools.now();

  /** A contact's person, as an item begins; undefined where there is no contact. */
  const begin = (contactId: number | undefined): IntakeItem | undefined => {
    const contact = contactId === undefined ? undefined : contacts.get(contactId);
    if (contactId === undefined || !contact) return undefined;
    told.add(contactId);
    return { ...personOf(contactId, contact), source: 'Kommo', strategy: 2 };
  };

  return {
    reading,
    lead(change, nameOf) {
      const { lead, contactId, moves, touched } = change;
      const recorded = !touched || (contactId !== undefined && contacts.has(contactId));
      const moments = momentsOf(change, now);
      reading.remember.push({ kind: 'lead', key: String(lead.id), value: leadMemoryOf(change, recorded, moments) });
      if (!touched) return;
      const item = begin(contactId);
      if (!item) {
        tools.log('A deal without a contact: nothing recorded until it has one', { lead: lead.id });
        return;
      }
      for (const [i, move] of moves.entries()) {
        const fields = { ...item.fields, ...leadFields(lead, nameOf, move.to) };
        reading.items.push({ ...item, fields, activity: stageChange(lead, move, nameOf, moments[i]!) });
      }
      if (moves.length === 0) reading.items.push({ ...item, fields: { ...item.fields, ...leadFields(lead, nameOf) } });
    },
    task(task, contactId) {
      const item = begin(contactId);
      if (!item) {
        const about = { task: task.id, lead: task.entity_id };
        tools.log('A task of a deal without a contact: nothing recorded', about);
        return;
      }
      reading.items.push({ ...item, activity: taskDone(task, now) });
      reading.remember.push({ kind: 'task', key: String(task.id), value: { done: true } });
    },
    contacts({ changed, read }) {
      for (const contactId of changed) {
        const item = told.has(contactId) ? undefined : begin(contactId);
        if (item) reading.items.push(item);
      }
      // A contact that is gone is remembered as nothing, so that it is not taken for fresh.
      for (const id of read) reading.remember.push({ kind: 'contact', key: String(id), value: contacts.get(id) ?? {} });
    },
    account(id) {
      reading.remember.push({ kind: 'account', key: 'self', value: { id } });
    },
  };
}
