import { styleText } from 'node:util';
import type { Explained } from '@tributary/model';

/** Lines of a page on a terminal. */
export const indent = (lines: readonly string[], by: string): string[] =>
  lines.map((line) => (line === '' ? '' : `${by}${line}`));

export const bold = (text: string): string => styleText('bold', text);
export const dim = (text: string): string => styleText('dim', text);

/** `Mon 2 Mar 2026 08:00 UTC` */
export function momentInWords(at: Date): string {
  const day = at.toLocaleDateString('en-GB', {
    ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
  });
  return `${day.replace(',', '')} ${at.toISOString().slice(11, 16)} UTC`;
}

/** A filter's conditions, a line each: what was asked, what there was, and whether it holds. */
export function explainedLines(why: Explained): string[] {
  const mark = why.holds ? styleText('green', '✓') : styleText('red', '✗');
  if ('group' in why) {
    const [only, ...more] = why.parts;
    if (!only) return [`${mark} ${why.group === 'all' ? 'asks nothing: holds for everybody' : 'holds for nobody'}`];
    if (more.length === 0) return explainedLines(only);
    return [`${mark} ${why.group === 'all' ? 'all of' : 'any of'}`, ...indent(why.parts.flatMap(explainedLines), '  ')];
  }
  const others = (why.occurrences ?? []).flatMap((one) =>
    one.why === undefined ? [] : [dim(`  not the one of ${one.at.toISOString()}: ${one.why}`)],
  );
  return [`${mark} ${why.asked} ${dim(`· ${why.was}`)}`, ...others];
}

/** So many of something, which one of them is called otherwise. */
export const counted = (figure: number, one: string, many: string): string => `${figure} ${figure === 1 ? one : many}`;
