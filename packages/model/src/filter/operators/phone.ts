import { callingCodes } from '../calling-codes.ts';
import { not, type Read, texts } from './reading.ts';

/** The digits of `{"c","n"}` or of a text. */
function digitsOf(value: unknown): string {
  const { c, n } = typeof value === 'object' && value !== null ? (value as { c?: unknown; n?: unknown }) : { n: value };
  return [c, n].map((part) => (typeof part === 'string' ? part.replace(/\D/g, '') : '')).join('');
}

const digits =
  (how: 'is' | 'starts'): Read =>
  ({ value }) => {
    const found = digitsOf(value);
    return found === ''
      ? { key: 'value', problem: 'expected a phone number, as digits or {"c","n"}' }
      : { test: { kind: 'phone', how, digits: found } };
  };

const countries: Read = (body) => {
  const read = texts((values) => ({ test: { kind: 'calling-code', codes: values } }))(body);
  if ('problem' in read || read.test.kind !== 'calling-code') return read;
  const unknown = read.test.codes.find((country) => !callingCodes.has(country));
  if (unknown !== undefined) return { key: 'value', problem: `there is no country "${unknown}"` };
  return { test: { kind: 'calling-code', codes: read.test.codes.map((country) => callingCodes.get(country)!) } };
};

/** `iis` is Ortto's spelling. Countries share calling codes: a number of +1 is in the US and in Canada alike. */
export const phoneOperators = {
  '$phn::iis': digits('is'),
  '$phn::iis_not': not(digits('is')),
  '$phn::starts': digits('starts'),
  '$phn::in_iso2_country_codes': countries,
} satisfies Record<string, Read>;
