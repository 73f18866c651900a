import { occurredOf, parseFieldId } from '../schema/field-id.ts';
import type { Test } from './test.ts';

/** The types of which a test never holds, so that its negation holds for everybody; what might mean something is not here. */
const never: Readonly<Record<Test['kind'], readonly string[]>> = {
  present: [],
  text: ['int', 'bol', 'dtz', 'tme'],
  number: ['str', 'txt', 'bol', 'dtz', 'tme', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids'],
  bool: ['str', 'txt', 'int', 'dtz', 'tme', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids'],
  list: ['int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'ids'],
  length: ['int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'ids'],
  item: ['int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'ids'],
  instant: ['str', 'txt', 'int', 'bol', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids'],
  days: ['str', 'txt', 'int', 'bol', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids'],
  anniversary: ['str', 'txt', 'int', 'bol', 'phn', 'geo', 'sst', 'u4s', 'idt', 'ids'],
  near: ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'phn', 'sst', 'u4s', 'idt', 'ids'],
  phone: ['int', 'bol', 'dtz', 'tme', 'geo', 'sst', 'u4s', 'idt', 'ids'],
  'calling-code': ['int', 'bol', 'dtz', 'tme', 'geo', 'sst', 'u4s', 'idt', 'ids'],
  id: ['int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'sst', 'u4s'],
  tags: ['str', 'txt', 'int', 'bol', 'dtz', 'tme', 'phn', 'geo', 'sst', 'idt', 'ids'],
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
