import { styleText } from 'node:util';
import { type Figure, meets } from './figures.ts';

/** Figures as a table: each beside the raw limit of the machine and its target. */
export function printTable(figures: readonly Figure[]): void {
  const rows = figures.map((figure) => [
    figure.what,
    show(figure.value, figure.unit),
    figure.raw === undefined ? '' : show(figure.raw, figure.unit),
    targetOf(figure),
    verdict(figure),
    figure.note ?? '',
  ]);
  const head = ['', 'Tributary', 'raw limit', 'target', '', ''];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: string[]): string =>
    row
      .map((cell, i) => (i === 1 || i === 2 || i === 3 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ');
  console.log(`\n${styleText('bold', line(head).trimEnd())}`);
  for (const [i, row] of rows.entries()) {
    const met = meets(figures[i]!);
    const text = line(row).trimEnd();
    console.log(met === undefined ? text : met ? styleText('green', text) : styleText('red', text));
  }
}

function targetOf({ target, unit }: Figure): string {
  if (!target) return '';
  return 'below' in target ? `< ${show(target.below, unit)}` : `≥ ${show(target.atLeast, unit)}`;
}

function verdict(figure: Figure): string {
  const met = meets(figure);
  return met === undefined ? '' : met ? 'met' : 'missed';
}

function show(value: number, unit: Figure['unit']): string {
  const digits = value >= 100 || (unit === 'MB' && value >= 10) || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === '/s' ? `${text}/s` : `${text} ${unit}`;
}
