import { internalId } from '../../ids.ts';
import { not, type Read } from './reading.ts';

/** Ids of people and accounts, as they are outside: 24 hex digits. */
const id: Read = ({ value }) => {
  const inside = typeof value === 'string' ? (internalId(value, 'person') ?? internalId(value, 'account')) : undefined;
  return inside === undefined
    ? { key: 'value', problem: 'expected an id (24 hex digits)' }
    : { test: { kind: 'id', is: inside } };
};

/** Tags are numbered by whole numbers of 32 bits. */
const isTagNumber = (value: unknown): value is number => Number.isInteger(value) && value === (Number(value) | 0);

/** By the number of a tag, as Ortto stores it (recorded audience); any of several. */
const tags: Read = ({ value }) => {
  const numbers = [value].flat();
  return numbers.length > 0 && numbers.every(isTagNumber)
    ? { test: { kind: 'tags', any: numbers } }
    : { key: 'value', problem: 'expected the number of a tag, or several' };
};

/** One id is the one, or one of many. */
export const idOperators = {
  $id_is: id,
  $id_is_not: not(id),
  $id_set_is: id,
  $id_set_is_not: not(id),
  '$u4s::is': tags,
  '$u4s::is_not': not(tags),
} satisfies Record<string, Read>;
