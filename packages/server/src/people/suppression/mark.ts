import type { Subject } from '../resolve.ts';
import type { Key } from '../store/identity.sql.ts';
import type { Suppressed } from '../store/suppression.sql.ts';
import { addressOf } from './address.ts';

const EMAIL = 'str::email';
const SUPPRESSED_AT = 'tme::sa';

const addressIn = (value: unknown): string => (typeof value === 'string' ? addressOf(value) : '');

/** Whether it is the same address, however it is spelled. */
export function isSameAddress(one: unknown, two: unknown): boolean {
  return addressIn(one) === addressIn(two);
}

/** Those of these who have another address than before, or none any more. */
export function movedAmong(subjects: readonly Subject[]): Subject[] {
  return subjects.filter(({ before, row }) => !isSameAddress(before[EMAIL], row.fields[EMAIL]));
}

/** The addresses they have now. */
export function addressesOf(subjects: readonly Subject[]): string[] {
  return [...new Set(subjects.map(({ row }) => addressIn(row.fields[EMAIL])))].filter(Boolean);
}

/**
 * That an address gets no mail is said of the address: who moves to one on the list is marked with the moment it was
 * put there, who leaves it is not marked any more. Only whoever is found by the address is marked, for only they are
 * told when it is taken off the list.
 */
export function markMoved(
  moved: readonly Subject[],
  listed: ReadonlyMap<string, Suppressed>,
  holderOf: (key: Key) => string | undefined,
): void {
  for (const subject of moved) {
    const address = addressIn(subject.row.fields[EMAIL]);
    const since =
      holderOf({ fieldId: EMAIL, value: address }) === subject.row.id ? listed.get(address)?.createdAt : undefined;
    const { [SUPPRESSED_AT]: marked, ...fields } = subject.row.fields;
    if (since) subject.row.fields = { ...fields, [SUPPRESSED_AT]: since.toISOString().replace('.000Z', 'Z') };
    else if (marked !== undefined) subject.row.fields = fields;
  }
}
