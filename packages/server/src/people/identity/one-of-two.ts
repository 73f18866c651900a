import { type Fields, mergeFields, type Value } from '@tributary/model';
import type { WholePerson } from './store/whole.sql.ts';

/** Known of somebody's address, not of them: it follows `str::email`. */
export const OF_THE_ADDRESS = ['bol::hb', 'tme::sa'];
/** A permission, with what was said about it, and the moments that belong to it. */
export const permissions = [
  { field: 'bol::p', context: ['str::s-ctx', 'str::u-ctx'], moments: ['subscribedAt', 'unsubscribedAt'] },
  { field: 'bol::sp', context: ['str::soi-ctx', 'str::soo-ctx', 'o', 'tme::soo'], moments: [] },
] as const;

/** Somebody, and whether nothing but anonymous ids is known to find them. */
export interface Candidate {
  person: WholePerson;
  anonymous: boolean;
}

/** Who survives where nobody says: who is identified, then who is older. */
export function survivorOf(one: Candidate, two: Candidate): Candidate {
  const rank = ({ person, anonymous }: Candidate): bigint[] => [
    anonymous ? 1n : 0n,
    BigInt(person.createdAt.getTime()),
    BigInt(person.id),
  ];
  const [a, b] = [rank(one), rank(two)];
  const differs = a.findIndex((part, i) => part !== b[i]);
  return differs < 0 || a[differs]! < b[differs]! ? one : two;
}

/**
 * The survivor once the other is in them. Field by field the survivor's value
 * wins, and the other's fills what is empty. Of permissions the stricter wins,
 * but an anonymous person's do not count: nobody was asked. Tags are united;
 * created and first seen are the earlier, last seen the later.
 */
export function united(survivor: Candidate, absorbed: Candidate): WholePerson {
  const [s, a] = [survivor.person, absorbed.person];
  const takesAddress = s.fields['str::email'] === undefined && a.fields['str::email'] !== undefined;
  const given = takesAddress ? a.fields : without(a.fields, OF_THE_ADDRESS);
  const fields: Record<string, Value> = { ...mergeFields(s.fields, given, { strategy: 1 }) };
  const moments = { subscribedAt: s.subscribedAt, unsubscribedAt: s.unsubscribedAt };
  for (const { field, context, moments: own } of permissions) {
    const from = strictest(field, survivor, absorbed).person;
    for (const id of [field, ...context]) {
      const value = from.fields[id];
      if (value === undefined) delete fields[id];
      else fields[id] = value;
    }
    for (const moment of own) moments[moment] = from[moment];
  }
  if (a.fields['bol::gdpr'] === true) fields['bol::gdpr'] = true;
  return {
    ...s,
    ...moments,
    fields,
    tags: [...new Set([...s.tags, ...a.tags])],
    createdAt: earliest(s.createdAt, a.createdAt),
    firstSeenAt: earlier(s.firstSeenAt, a.firstSeenAt),
    lastSeenAt: later(s.lastSeenAt, a.lastSeenAt),
  };
}

/** Whose permission counts. */
function strictest(field: string, survivor: Candidate, absorbed: Candidate): Candidate {
  if (survivor.anonymous !== absorbed.anonymous) return survivor.anonymous ? absorbed : survivor;
  return survivor.person.fields[field] !== false && absorbed.person.fields[field] === false ? absorbed : survivor;
}

export function without(fields: Fields, ids: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([id]) => !ids.includes(id)));
}

function earliest(a: Date, b: Date): Date {
  return new Date(Math.min(a.getTime(), b.getTime()));
}

function earlier(a: Date | null, b: Date | null): Date | null {
  return a && b ? earliest(a, b) : (a ?? b);
}

function later(a: Date | null, b: Date | null): Date | null {
  return a && b ? (a > b ? a : b) : (a ?? b);
}
