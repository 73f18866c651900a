import type { Fields } from '@tributary/model';
import { personFields, stageAttributes } from './provides.ts';

/** What is written to: a deal, which Kommo calls a lead, or a contact. Targets name it: `lead:101`, `contact:5`. */
export interface Entity {
  kind: 'lead' | 'contact';
  id: string;
}

/** In paths and answers of REST. */
export const listNames = { lead: 'leads', contact: 'contacts' } as const;
/** To people. */
export const words = { lead: 'deal', contact: 'contact' } as const;

interface Of {
  person: { fields: Fields };
  entry: Fields | undefined;
}

/** The deal a person is written to: the one their run started with, else the one they were last seen in. */
export function leadOf(of: Of): Entity | undefined {
  return entity('lead', of.entry?.[stageAttributes.leadId.id] ?? of.person.fields[personFields.leadId.id]);
}

export function contactOf(of: Pick<Of, 'person'>): Entity | undefined {
  return entity('contact', of.person.fields[personFields.contactId.id]);
}

export function targetOf({ kind, id }: Entity): string {
  return `${kind}:${id}`;
}

/** What a write goes to, or undefined when its target is nothing of Kommo's. */
export function entityOf(target: string): Entity | undefined {
  const [, kind, id] = /^(lead|contact):(.*)$/s.exec(target) ?? [];
  return kind === undefined ? undefined : entity(kind as Entity['kind'], id);
}

function entity(kind: Entity['kind'], id: unknown): Entity | undefined {
  return typeof id === 'string' && /^[1-9]\d{0,14}$/.test(id) ? { kind, id } : undefined;
}
