import { occurredOf, parseFieldId } from '../schema/field-id.ts';
import type { Test } from './test.ts';

/** The types of which a test never holds, so that its negation holds for everybody; what might mean something is not here. */
const never: Readonly<Record<Test['kind'], readonly string[]>> = {
  present: [],
  text: ['int', 'bol', 'dtz', 'tme', 'phn', 'ids', 'obj'],
  number: ['str', 'txt', 'bol', 'dtz', 'tme', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids', 'obj'],
  bool: ['str', 'txt', 'int', 'dtz', 'tme', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids', 'obj'],
  list: ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'idt', 'ids', 'obj'],
  length: ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'idt', 'ids', 'obj'],
  item: ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'idt', 'ids', 'obj'],
  instant: ['str', 'txt', 'int', 'bol', 'dtz', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids', 'obj'],
  days: ['str', 'txt', 'int', 'bol', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids', 'obj'],
  anniversary: ['str', 'txt', 'int', 'bol', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids', 'obj'],
  near: ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'phn', 'sst', 'u4s', 'idt', 'ids', 'obj'],
  phone: ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'geo', 'sst', 'u4s', 'idt', 'ids', 'obj'],
  'calling-code': ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'geo', 'sst', 'u4s', 'idt', 'ids', 'obj'],
  id: ['int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'sst', 'u4s', 'obj'],
  tags: ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'sst', 'idt', 'ids', 'obj'],
};

/** Whether a test can hold of some value of a field, as far as its id tells the type. */
export function canHold({ kind }: Test, fieldId: string): boolean {
  const type = typeOf(fieldId);
  return type === undefined || !never[kind].includes(type);
}

function typeOf(fieldId: string): string | undefined {
  if (fieldId === 'tags') return 'sst';
  // Times that the server keeps: `c`, `l`, of accounts `oc`, `ol`.
  return /^([aceflorsu]|o[cefl])$/.test(fieldId) ? 'tme' : parseFieldId(fieldId)?.type;
}

/** Whether an activity can have an attribute of that id. */
export function isAttribute(id: string): boolean {
  return parseFieldId(id) !== undefined && !occurredOf(id);
}
