import type { Fields, Value } from '@tributary/model';

/** A value written as text, read as its field's id says: numbers, yes and no, dates; anything in JSON; text otherwise. */
export function valueFrom(id: string, text: string): Value {
  const type = id.slice(0, id.indexOf(':'));
  if (type === 'int' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === 'bol' && /^(true|false|yes|no)$/i.test(text)) return /^(true|yes)$/i.test(text);
  const [, year, month, day] = (type === 'dtz' && /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)) || [];
  if (year) return { year: Number(year), month: Number(month), day: Number(day), timezone: 'UTC' };
  if (type === 'sst' && !text.startsWith('[')) return text.split(',').map((one) => one.trim());
  return (/^[{[]/.test(text) ? jsonFrom(text) : undefined) ?? text;
}

function jsonFrom(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

/** `str:cm:stage="Closed - won" int::v=3000` as values by id; undefined where it is something else. */
export function valuesFrom(text: string): Fields | undefined {
  const values: Record<string, Value> = {};
  let rest = text.trim();
  while (rest !== '') {
    const [part, id, quoted, plain] = /^([^\s="]+)=(?:"([^"]*)"|(\S*))(?:\s+|$)/.exec(rest) ?? [];
    if (part === undefined || id === undefined) return undefined;
    values[id] = valueFrom(id, quoted ?? plain ?? '');
    rest = rest.slice(part.length);
  }
  return values;
}
