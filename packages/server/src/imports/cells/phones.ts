import type { Value } from '@tributary/model';
import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** How a phone stands in our own exports: its country's code and its number, as they are stored. */
const OWN = /^\+(\d{1,4}) (\d{1,20})$/;
/** None of them begins another: what stands before a space is a country's code, or has digits of the number in it. */
const codes: ReadonlySet<string> = new Set(getCountries().map((country) => getCountryCallingCode(country)));

/** As a spreadsheet writes a number that is too long for its column: "1.23457E+11". The digits are lost. */
export const isShortened = (cell: string): boolean => /^[+-]?\d+([.,]\d+)?E[+-]?\d+$/i.test(cell.trim());

export function phoneIn(cell: string, country?: string): Value | undefined {
  const [, c = '', n] = OWN.exec(cell) ?? [];
  if (codes.has(c)) return { c, n };
  const parsed = parsePhoneNumberFromString(cell, country ? { defaultCountry: country as 'PT' } : {});
  if (parsed?.isPossible()) return { c: parsed.countryCallingCode, n: parsed.nationalNumber };
  const digits = cell.replace(/\D/g, '');
  return country || cell.startsWith('+') || digits.length < 4 ? undefined : { n: digits };
}

/** As `phoneIn` reads it back without being told a country; undefined where nothing is read back as this. */
export function phoneOut({ c, n, ...more }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof n !== 'string' || Object.keys(more).length > 0) return undefined;
  if (c === undefined) return /^\d{4,20}$/.test(n) ? n : undefined;
  const cell = `+${String(c)} ${n}`;
  return typeof c === 'string' && codes.has(c) && OWN.test(cell) ? cell : undefined;
}
