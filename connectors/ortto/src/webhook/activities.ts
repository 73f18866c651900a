import type { Fields, Value } from '@tributary/model';

/** What people do with e-mail, by Ortto's ids: told as it happened. */
const done: ReadonlySet<string> = new Set([
  ...['act::s', 'act::r', 'act::d', 'act::b', 'act::i', 'act::o', 'act::c', 'act::re', 'act::f', 'act::v', 'act::rt'],
  'act::s-ab',
]);

/** What people allow: the field that says so, and what it was then. */
export const permissions: Readonly<Record<string, { field: 'bol::p' | 'bol::sp'; given: boolean }>> = {
  'act::s-all': { field: 'bol::p', given: true },
  'act::u-all': { field: 'bol::p', given: false },
  'act::ros-all': { field: 'bol::sp', given: true },
  'act::oos-all': { field: 'bol::sp', given: false },
};

/**
 * Whether an activity over there is one here, too. Custom ones are not: those that our journeys write there would come
 * back and start the journeys again.
 */
export const isHeard = (activityId: string): boolean => done.has(activityId) || Object.hasOwn(permissions, activityId);

/**
 * What of its attributes is kept. Ids of campaigns, runs and messages are left out: here they are of other things, or of
 * nothing.
 */
const kept: readonly string[] = [
  ...['str::cn', 'str::asn', 'str::s', 'str::c', 'str::b', 'str::p', 'str::d'],
  ...['str::br', 'str::bc', 'str::bt', 'str::be', 'bol::m', 'bol::t'],
];

export function attributesIn(attr: Readonly<Record<string, unknown>>): Fields {
  const attributes: Record<string, Value> = {};
  for (const id of kept) {
    const value = Object.hasOwn(attr, id) ? attr[id] : undefined;
    if (id.startsWith('str:') && typeof value === 'string' && value !== '') attributes[id] = cut(value);
    if (id.startsWith('bol:') && typeof value === 'boolean') attributes[id] = value;
  }
  return attributes;
}

/** Sixteen thousand bytes are taken of an activity; thirteen of these stay well below. */
const cut = (value: string): string => [...value].slice(0, 300).join('');
