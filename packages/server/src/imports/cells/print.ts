import { isScaled, type Value } from '@tributary/model';
import { dateOut } from './dates.ts';
import { listOut } from './lists.ts';
import { phoneOut } from './phones.ts';

/** A value as a cell that `valueIn` reads back as the same value. */
export function cellOf(value: Value | undefined, displayType: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return isScaled(displayType) ? thousandths(value) : String(value);
  if (Array.isArray(value)) return listOut(value as readonly string[]);
  const object = value as Readonly<Record<string, unknown>>;
  return forms.get(displayType)?.(object) ?? JSON.stringify(object);
}

/** ×1000 as a person writes it: 12500 is 12.5. */
function thousandths(value: number): string {
  const digits = String(Math.abs(value)).padStart(4, '0');
  const fraction = digits.slice(-3).replace(/0+$/, '');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -3)}${fraction && `.${fraction}`}`;
}

/** Types whose objects have a form that people write; undefined of what would not be read back from it as the same. */
const forms: ReadonlyMap<string, (value: Readonly<Record<string, unknown>>) => string | undefined> = new Map([
  ['date', dateOut],
  ['phone', phoneOut],
  ['geo', placeOut],
]);

function placeOut({ name, ...more }: Readonly<Record<string, unknown>>): string | undefined {
  const isPlain = typeof name === 'string' && name !== '' && name === name.trim() && !name.startsWith('{');
  return isPlain && Object.keys(more).length === 0 ? name : undefined;
}
