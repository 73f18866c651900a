import type { Account } from '../state/account.ts';
import { readFieldValues } from '../state/field-values.ts';
import type { FieldValues, Owner } from '../state/model.ts';
import type { PlainValue } from './views.ts';

/** Custom fields by name or code, in plain values; `null` empties a field. */
export type PlainFields = Record<string, PlainValue | Date | null>;

export interface NewContact {
  name?: string;
  first_name?: string;
  last_name?: string;
  email?: string;
  phone?: string;
  customFields?: PlainFields;
}

export interface NewLead {
  name: string;
  /** A whole number of the account's currency. */
  price?: number;
  contact?: NewContact;
  /** The first pipeline, and its first stage, when not given. */
  pipelineId?: number;
  statusId?: number;
  responsibleUserId?: number;
  tags?: string[];
  customFields?: PlainFields;
}

export interface LeadChange {
  name?: string;
  price?: number;
  responsibleUserId?: number;
  tags?: string[];
  customFields?: PlainFields;
}

export type ContactChange = NewContact & { responsibleUserId?: number };

/** Field values from plain ones. A field or a choice that is not there is an error: a test has misspelt it. */
export function valuesOf(account: Account, owner: Owner, plain: PlainFields = {}): FieldValues {
  const own = account.fields.filter((field) => field.owner === owner);
  const given = Object.entries(plain).map(([name, value]) => {
    const field = own.find((one) => one.name === name) ?? own.find((one) => one.code === name);
    if (!field) throw new Error(`There is no field "${name}" on ${owner}.`);
    return { field_id: field.id, values: value === null ? null : [value].flat().map((one) => ({ value: wire(one) })) };
  });
  const { values, complaints } = readFieldValues(own, given);
  const [wrong] = complaints;
  if (wrong) throw new Error(`${wrong.path}: ${wrong.detail} (${JSON.stringify(plain)})`);
  return values;
}

function wire(value: string | number | boolean | Date): string | number | boolean {
  return value instanceof Date ? Math.floor(value.getTime() / 1000) : value;
}

export function contactFields({ email, phone, customFields }: NewContact): PlainFields {
  return {
    ...(email === undefined ? {} : { EMAIL: email || null }),
    ...(phone === undefined ? {} : { PHONE: phone || null }),
    ...customFields,
  };
}
