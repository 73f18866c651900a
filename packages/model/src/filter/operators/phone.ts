import { callingCodes } from '../calling-codes.ts';
import { isRecord, not, type Read, texts } from './reading.ts';

/**
 * The digits of a text, of `{"c","n"}` or of `{"phone"}`: as they stand, and without the zeros by which a number is
 * dialled and without which it is kept, "00" before the country and "0" after it. In Italy that one is kept.
 */
function digitsOf(value: unknown): string[] {
  const { c, n, phone = n } = isRecord(value) ? value : { c: undefined, n: value };
  const country = digitsIn(c);
  const asItStands = country + digitsIn(phone);
  const asKept =
    country.replace(/^00/, '') + (country === '' ? withoutZeros(phone) : digitsIn(phone).replace(/^0/, ''));
  return [...new Set([asItStands, asKept])].filter((digits) => digits !== '');
}

const digitsIn = (part: unknown): string => (typeof part === 'string' ? part.replace(/\D/g, '') : '');

const withoutZeros = (text: unknown): string =>
  typeof text === 'string' ? digitsIn(text.replace('(0)', '')).replace(/^00/, '') : '';

const digits =
  (how: 'is' | 'starts'): Read =>
  ({ value }) => {
    const found = digitsOf(value);
    return found.length === 0
      ? { key: 'value', problem: 'expected a phone number, as digits or {"c","n"}' }
      : { test: { kind: 'phone', how, any: found } };
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
