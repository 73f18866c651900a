import { folded } from '@tributary/model';
import type { Parameters } from '../filter/index.ts';

/** Where free text is looked for, as SQL of a row `p`. */
export interface Searchable {
  /** In small letters. */
  text: string;
  /** A phone number's digits with its country's code; '' where there is none. */
  phone?: string;
}

/** A condition: the text stands anywhere in them, whatever its case, and a number however it is written. */
export function freeTextSql({ text, phone }: Searchable, q: string, parameters: Parameters): string {
  const inText = `strpos(${text}, ${parameters.add(folded(q), 'text')}) > 0`;
  const digits = phone && phoneDigits(q);
  return digits ? `(${inText} or strpos(${phone}, ${parameters.add(digits, 'text')}) > 0)` : inText;
}

/** Fewer may be anything. */
const DIGITS_MIN = 6;

/** The digits of what looks like a phone number, without the zeros that stand before it: they are not kept. */
function phoneDigits(q: string): string | undefined {
  if (!/^\+?[\d\s()./-]+$/.test(q)) return undefined;
  const digits = q.replace(/\D/g, '').replace(/^0+/, '');
  return digits !== '' && (q.startsWith('+') || digits.length >= DIGITS_MIN) ? digits : undefined;
}
