import type { KommoField } from './records.ts';

/** A value of a journey's step, as people give it. */
export type Given = string | number | boolean;

/** The values of a custom field as Kommo takes them, or why it can not hold what is given. */
export type Expressed = { values: Record<string, unknown>[] } | { why: string };

type Express = (field: KommoField, given: Given) => Record<string, unknown>[] | string;

const text: Express = (_field, given) => [{ value: String(given) }];

/** Kommo reads numbers out of texts, and shows them as texts (Kommo, "Custom fields"). */
const number: Express = (_field, given) => {
  const found =
    typeof given === 'number' ? given : /^[+-]?\d+(\.\d+)?$/.test(trimmed(given)) ? Number(given) : Number.NaN;
  return Number.isFinite(found) ? [{ value: String(found) }] : 'holds numbers, such as 12500 or 12.5';
};

const yes = ['true', 'yes', 'on', '1'];
const no = ['false', 'no', 'off', '0'];

const checkbox: Express = (_field, given) => {
  const word = trimmed(given).toLowerCase();
  if (!yes.includes(word) && !no.includes(word)) return 'is a checkbox: true or false';
  return [{ value: yes.includes(word) }];
};

const date: Express = (field, given) => {
  const moment = momentOf(given, field.type === 'date_time' ? 0 : 12);
  return moment === undefined ? 'holds dates, such as 2026-12-24 or 2026-12-24T10:00:00Z' : [{ value: moment }];
};

/**
 * Unix seconds. A day without an hour is noon in UTC, where it is one and the
 * same day almost everywhere: in which time zone Kommo shows a date is not
 * documented.
 */
function momentOf(given: Given, hour: number): number | undefined {
  const words = trimmed(given);
  if (/^\d{8,11}$/.test(words)) return Number(words);
  const [, day, time = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(words) ?? [];
  if (day === undefined) return undefined;
  const at = Date.parse(time === '' ? `${day}T${String(hour).padStart(2, '0')}:00:00Z` : `${day}T${time}${zone}`);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The 30th of February is read as a day in March.
  if (Number.isNaN(at) || !new Date(midnight).toISOString().startsWith(day)) return undefined;
  return Math.floor(at / 1000);
}

/** By its text, as people write it, or by its id; Kommo makes no option from a text it does not know. */
const choice: Express = (field, given) => {
  const option = optionOf(field, given);
  return option ? [{ enum_id: option.id }] : `has no option ${said(given)}; it has ${options(field)}`;
};

/** Several, with commas between them; all that it held before is replaced (Kommo, "Custom fields"). */
const choices: Express = (field, given) => {
  const whole = optionOf(field, given);
  if (whole) return [{ enum_id: whole.id }];
  const ids = new Set<number>();
  for (const part of String(given).split(/[,\n]/).map(trimmed).filter(Boolean)) {
    const option = optionOf(field, part);
    if (!option) return `has no option ${said(part)}; it has ${options(field)}`;
    ids.add(option.id);
  }
  return ids.size > 0 ? [...ids].map((id) => ({ enum_id: id })) : 'needs an option at least';
};

/** The types of fields that are written (Kommo, "Custom fields"). The others hold more than one value can say. */
const types: Readonly<Record<string, Express>> = {
  ...{ text, textarea: text, streetaddress: text, tracking_data: text, url: text },
  ...{ numeric: number, price: number, monetary: number },
  ...{ checkbox, date, date_time: date, birthday: date },
  ...{ select: choice, radiobutton: choice, multiselect: choices },
};

export function express(field: KommoField, given: Given): Expressed {
  const write = Object.hasOwn(types, field.type) ? types[field.type] : undefined;
  if (!write) return { why: `is of the type ${field.type}, which is not written from here` };
  const values = write(field, given);
  if (typeof values !== 'string') return { values };
  return { why: values.startsWith('has no option') ? values : `${values}; ${said(given)} is not` };
}

/** The option of a choice by its text, as people write it, or by its id. */
export function optionOf(field: Pick<KommoField, 'enums'>, given: Given): { id: number } | undefined {
  const words = trimmed(given).toLowerCase();
  const all = field.enums ?? [];
  return all.find(({ value }) => value.trim().toLowerCase() === words) ?? all.find(({ id }) => String(id) === words);
}

function options({ enums }: KommoField): string {
  return (enums ?? []).map(({ value }) => said(value)).join(', ') || 'none';
}

const shown = 60;

function said(given: Given): string {
  const letters = [...trimmed(given)];
  return `“${letters.length > shown ? `${letters.slice(0, shown).join('')}…` : letters.join('')}”`;
}

function trimmed(given: Given): string {
  return String(given).trim();
}
