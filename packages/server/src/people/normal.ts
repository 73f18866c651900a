import { isTimezone, problemWithValue, timeIn, type Value } from '@tributary/model';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { isAddress } from './suppression/address.ts';

/** E.164 has fifteen; people write some more. */
const PHONE_DIGITS_MAX = 20;
const PHONE_TEXT_MAX = 100;

const notPhone = { problem: 'not a phone number' };

type Normal = { value: Value } | { problem: string };

/** A field's value as it is kept, in one spelling whatever the request's; or what is wrong with it. `null` clears. */
export function normal(fieldId: string, given: Value): Normal {
  if (given === null) return { value: null };
  const type = fieldId.slice(0, fieldId.indexOf(':'));
  const problem = problemWithValue(type, given);
  if (problem) return type === 'phn' && typeof given === 'object' ? notPhone : { problem };
  if (fieldId === 'str::email') return email(given as string);
  return Object.hasOwn(spellings, type) ? spellings[type]!(given) : { value: given };
}

const spellings: Record<string, (given: Value) => Normal> = {
  phn: phone,
  dtz(given) {
    const { year, month, day, timezone } = given as Record<string, unknown>;
    if (timezone === undefined || timezone === null || timezone === '') return { value: { year, month, day } };
    return isTimezone(timezone) ? { value: { year, month, day, timezone } } : { problem: 'no such timezone' };
  },
  tme(given) {
    const read = timeIn(given as string);
    return 'problem' in read ? read : { value: read.at.toISOString().replace('.000Z', 'Z') };
  },
  geo(given) {
    const place = given as Record<string, unknown>;
    const known = ['name', 'id', 'lat', 'lng'].filter((key) => key === 'name' || Number.isSafeInteger(place[key]));
    return { value: Object.fromEntries(known.map((key) => [key, place[key]])) };
  },
};

function email(given: string): Normal {
  return isAddress(given) ? { value: given.trim() } : { problem: `"${given}" is not an e-mail address` };
}

/**
 * `{c, n}`, the country's code and the number within it. Both forms of requests
 * are checked; `n` alone, as some clients send it, is a number of no country
 * (Ortto help, custom fields; RudderStack's client).
 */
function phone(given: Value): Normal {
  const { c, n, phone: whole, parse_with_country_code: international } = given as Record<string, unknown>;
  if (typeof whole === 'string' && international !== false) return parsed(fromCountry(whole)) ?? notPhone;
  const national = digitsOf(typeof whole === 'string' ? whole : n);
  const country = typeof whole === 'string' ? '' : fromCountry(c);
  if (national === '' || national.length > PHONE_DIGITS_MAX) return notPhone;
  if (country === '') return { value: { n: national } };
  const whose = parsed(country + national);
  return whose?.value.c === country ? whose : notPhone;
}

function parsed(digits: string): { value: { c: string; n: string } } | undefined {
  const number = parsePhoneNumberFromString(`+${digits}`);
  return number?.isPossible()
    ? { value: { c: number.countryCallingCode, n: number.nationalNumber as string } }
    : undefined;
}

/** With "00" before it a country's code is dialled as with "+"; none begins with a zero. */
const fromCountry = (text: unknown): string => digitsOf(text).replace(/^00/, '');

/** An extension, which is no part of the number. */
const EXTENSION = /\s*[,;]?\s*(ext(ension|n)?|x|#)[\s.:=]*\d{1,7}\s*$/i;

/** Only the digits; none where there are letters, of which the number would be another one. */
function digitsOf(text: unknown): string {
  if (typeof text !== 'string' || text.length > PHONE_TEXT_MAX) return '';
  const number = text.replace(/^\s*tel:/i, '').replace(EXTENSION, '');
  return /\p{L}/u.test(number) ? '' : number.replace(/\D/g, '');
}
