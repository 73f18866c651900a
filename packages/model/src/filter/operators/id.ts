import { internalId } from '../../ids.ts';
import { not, type Read } from './reading.ts';

/** Ids of people and accounts, as they are outside; and of audiences, journeys and the like, which attributes hold as text. */
const id: Read = ({ value }) => {
  if (typeof value !== 'string' || !/^[0-9a-f]{24}$/i.test(value))
    return { key: 'value', problem: 'expected an id (24 hex digits)' };
  const hex = value.toLowerCase();
  const inside = internalId(hex, 'person') ?? internalId(hex, 'account');
  return { test: inside === undefined ? { kind: 'text', how: 'is', value: hex } : { kind: 'id', is: inside } };
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
