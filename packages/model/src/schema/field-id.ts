/**
 * Field ids: `type::name` built in, `type:cm:name` a person's custom field,
 * `type:oc:name` an account's, `type:o:name` an account's built in, and
 * `type:<source>:name` for integrations (Ortto help; recorded instance schema).
 */
export interface FieldId {
  type: string;
  source: string;
  name: string;
}

/** Display type → the prefix of its field id (recorded custom-field replies; Ortto help, "custom fields"). */
export const prefixOf = {
  text: 'str',
  large_text: 'txt',
  email: 'str',
  link: 'str',
  single_select: 'str',
  multi_select: 'sst',
  integer: 'int',
  decimal: 'int',
  currency: 'int',
  price: 'int',
  bool: 'bol',
  date: 'dtz',
  time: 'tme',
  phone: 'phn',
  geo: 'geo',
  object: 'obj',
} as const;

export type DisplayType = keyof typeof prefixOf;

/** The other way round: the display type that is taken where only the prefix is known. */
export const typeOfPrefix: Readonly<Record<string, DisplayType>> = {
  str: 'text',
  txt: 'large_text',
  int: 'integer',
  bol: 'bool',
  dtz: 'date',
  tme: 'time',
  phn: 'phone',
  geo: 'geo',
  sst: 'multi_select',
  obj: 'object',
};

export function isDisplayType(type: string): type is DisplayType {
  return Object.hasOwn(prefixOf, type);
}

const scaled: ReadonlySet<string | undefined> = new Set<DisplayType>(['decimal', 'currency', 'price']);

/** Whether numbers of that display type are thousandths on the wire: 12.5 is 12500 (Ortto help, custom fields). */
export function isScaled(type: string | undefined): boolean {
  return scaled.has(type);
}

/** How an attribute is shown: as its definition says. What something was worth is money, whatever it was (recorded; Ortto help, a-271). */
export function attributeType(id: string, defined: string | undefined): string | undefined {
  return defined ?? (id === 'int::v' ? 'currency' : undefined);
}

/** The parts of a field id, or undefined when it is not one. */
export function parseFieldId(id: string): FieldId | undefined {
  const match = /^([a-z0-9]{3,9}):([a-z]{0,4}):([^\s:\p{Cc}\p{Cs}]+)$/u.exec(id);
  if (!match) return undefined;
  return { type: match[1]!, source: match[2]!, name: match[3]! };
}

/** "Job title" → "job-title": how a custom field's or activity's name becomes its id. */
export function kebab(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}

/** Whose fields and activities they are: what is custom has `cm` in its id, or `oc`. */
export type EntityKind = 'person' | 'account';

const customSource = { person: 'cm', account: 'oc' } as const;

/** The id of a custom field with that name and display type. */
export function customFieldId(name: string, type: DisplayType, of: EntityKind = 'person'): string {
  return `${prefixOf[type]}:${customSource[of]}:${kebab(name)}`;
}

/** The id of a custom activity with that name. */
export function customActivityId(name: string, of: EntityKind = 'person'): string {
  return `act:${customSource[of]}:${kebab(name)}`;
}

/**
 * The activity whose first or last occurrence a field is: `tme::o!f` when `act::o` occurred first (recorded), and in the
 * same way `tme:cm:paid!l` for `act:cm:paid`. The activity's whole id is understood too: `tme::act:cm:paid!l`.
 */
export function occurredOf(fieldId: string): { activityId: string; end: 'first' | 'last' } | undefined {
  const [, source, inner, name, end] = /^tme:([a-z]*):(?:act:([a-z]*):)?([^!:]+)!([fl])$/.exec(fieldId) ?? [];
  if (name === undefined) return undefined;
  return { activityId: `act:${inner ?? source}:${name}`, end: end === 'f' ? 'first' : 'last' };
}
