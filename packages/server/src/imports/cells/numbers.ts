/**
 * The number in a cell: "1 234,56", "1,234.56", "€ 12.50", "-3". A single
 * separator with three digits behind it is taken for thousands unless the
 * column's decimal sign says otherwise.
 */
export function numberIn(cell: string, decimal?: '.' | ','): number | undefined {
  const text = cell
    .replace(/[\s'’]/g, '')
    .replace(/^([-+]?)(?:\p{Sc}|[A-Z]{3})/u, '$1')
    .replace(/(?:\p{Sc}|[A-Z]{3}|%|руб\.?|р\.?)$/u, '');
  if (!/^[-+]?[\d.,]*\d[\d.,]*$/.test(text)) return undefined;
  const sign = decimal ?? decimalIn(text);
  const thousands = sign === ',' ? '.' : ',';
  const [whole, fraction, ...more] = text.split(sign);
  if (more.length > 0 || fraction?.includes(thousands)) return undefined;
  if (whole!.includes(thousands) && !/^[-+]?\d{1,3}([.,]\d{2,3})*[.,]\d{3}$/.test(whole!)) return undefined;
  const number = Number(`${whole!.replaceAll(thousands, '')}.${fraction ?? '0'}`);
  return Number.isFinite(number) ? number : undefined;
}

/** The later of two kinds is the fraction's; one that comes twice, or has three digits behind it, separates thousands. */
function decimalIn(text: string): '.' | ',' {
  const [dot, comma] = [text.lastIndexOf('.'), text.lastIndexOf(',')];
  if (dot >= 0 && comma >= 0) return dot > comma ? '.' : ',';
  if (comma < 0) return text.split('.').length > 2 ? ',' : '.';
  return text.split(',').length > 2 || /^[-+]?[1-9]\d{0,2},\d{3}$/.test(text) ? '.' : ',';
}
