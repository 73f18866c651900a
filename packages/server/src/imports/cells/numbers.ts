/** A number digit by digit: a float has not room for all that a field can hold. */
interface Digits {
  sign: 1 | -1;
  whole: string;
  fraction: string;
}

/** The whole number in a cell; undefined where there is none, or one that a field can not hold. */
export function integerIn(cell: string, decimal?: '.' | ','): number | undefined {
  const digits = digitsIn(cell, decimal);
  if (!digits || !/^0*$/.test(digits.fraction)) return undefined;
  const number = Number(digits.whole);
  return Number.isSafeInteger(number) ? signed(digits, number) : undefined;
}

/** The number in a cell ×1000, rounded; infinite where it is more than a field can hold. */
export function thousandthsIn(cell: string, decimal?: '.' | ','): number | undefined {
  const digits = digitsIn(cell, decimal);
  if (!digits) return undefined;
  const fraction = digits.fraction.padEnd(4, '0');
  const number = Number(digits.whole + fraction.slice(0, 3)) + (fraction[3]! >= '5' ? 1 : 0);
  return signed(digits, Number.isSafeInteger(number) ? number : Number.POSITIVE_INFINITY);
}

/** Zero has no sign. */
const signed = ({ sign }: Digits, number: number): number => (number === 0 ? 0 : sign * number);

/**
 * The number in a cell: "1 234,56", "1,234.56", "€ 12.50", "-3". A single
 * separator with three digits behind it is taken for thousands unless the
 * column's decimal sign says otherwise.
 */
function digitsIn(cell: string, decimal?: '.' | ','): Digits | undefined {
  const text = cell
    .replace(/[\s'’]/g, '')
    .replace(/^([-+]?)(?:\p{Sc}|[A-Z]{3})/u, '$1')
    .replace(/(?:\p{Sc}|[A-Z]{3}|%|руб\.?|р\.?)$/u, '');
  const [, sign, number] = /^([-+]?)([\d.,]*\d[\d.,]*)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const point = decimal ?? decimalIn(number);
  const thousands = point === ',' ? '.' : ',';
  const [whole = '', fraction = '', ...more] = number.split(point);
  if (more.length > 0 || fraction.includes(thousands)) return undefined;
  if (whole.includes(thousands) && !/^\d{1,3}([.,]\d{2,3})*[.,]\d{3}$/.test(whole)) return undefined;
  return { sign: sign === '-' ? -1 : 1, whole: whole.replaceAll(thousands, ''), fraction };
}

/** The later of two kinds is the fraction's; one that comes twice, or has three digits behind it, separates thousands. */
function decimalIn(text: string): '.' | ',' {
  const [dot, comma] = [text.lastIndexOf('.'), text.lastIndexOf(',')];
  if (dot >= 0 && comma >= 0) return dot > comma ? '.' : ',';
  if (comma < 0) return text.split('.').length > 2 ? ',' : '.';
  return text.split(',').length > 2 || /^[1-9]\d{0,2},\d{3}$/.test(text) ? '.' : ',';
}
