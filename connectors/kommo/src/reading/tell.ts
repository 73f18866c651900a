import type { Reading } from '@tributary/connector-kit';
import type { IntakeItem } from '@tributary/model';
import type { KommoLead } from '../rest/records.ts';
import { contactItem, personOf } from './contact.ts';
import { type Deletion, type Departure, deletedMemoryOf, remainingFields } from './departure.ts';
import { type LeadChange, leadFields, leadMemoryOf, momentsOf, stageChange } from './lead.ts';
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
  deleted(deletion: Deletion): void;
  /** Somebody has a deal no longer; what they show is the other deal they have, where they have one. */
  departure(departure: Departure, other: KommoLead | undefined, nameOf: NameOf): void;
  /** Those that changed and of which no lead and no task has told; all that were read are remembered. */
  contacts(deleted: ReadonlySet<number>): void;
  account(id: number): void;
}

export function createTelling({ tools }: Reader, { now: contacts, before, read, changed }: Contacts): Telling {
  const reading: Reading = { items: [], remember: [] };
  const told = new Set<number>();
  const now = tools.now();

  /** A contact's person, as an item begins; undefined where there is no contact. */
  const begin = (contactId: number | undefined): IntakeItem | undefined => {
    const contact = contactId === undefined ? undefined : contacts.get(contactId);
    if (contactId === undefined || !contact) return undefined;
    told.add(contactId);
    return contactItem(contactId, contact);
  };

  /** The person of a contact, whether it can be read or not; nobody is made of one. */
  const beginKnown = (contactId: number): IntakeItem => {
    const found = begin(contactId);
    const { email } = before.get(String(contactId)) ?? {};
    const remembered = { readAt: 0, ...(email === undefined ? {} : { email }) };
    const item = found ?? { ...personOf(contactId, remembered), source: 'Kommo', strategy: 2 };
    return { ...item, existingOnly: true };
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
    deleted(deletion) {
      const value = { ...deletedMemoryOf(deletion) };
      reading.remember.push({ kind: 'lead', key: String(deletion.leadId), value });
    },
    departure({ contactId, activity }, other, nameOf) {
      const item = beginKnown(contactId);
      const fields = { ...item.fields, ...remainingFields(other, nameOf) };
      reading.items.push({ ...item, fields, activity: activity(nameOf) });
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
    contacts(deleted) {
      for (const contactId of changed) {
        const item = told.has(contactId) ? undefined : begin(contactId);
        if (item) reading.items.push(item);
      }
      // A contact that is gone is remembered as nothing, so that it is not taken for fresh.
      for (const id of read) {
        const value = contacts.get(id) ?? (deleted.has(id) ? { gone: true } : {});
        reading.remember.push({ kind: 'contact', key: String(id), value });
      }
    },
    account(id) {
      reading.remember.push({ kind: 'account', key: 'self', value: { id } });
    },
  };
}
