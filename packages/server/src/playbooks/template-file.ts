import { issueInWords, template as schema, type Template } from '@tributary/model';
import { parse, stringify } from 'yaml';
import { checkTemplate } from '../messages/index.ts';
import { messageOf } from '../platform/errors.ts';
import type { Fault } from './fault.ts';

/** A template in a file of its own: what it says of itself between two lines of dashes, then the HTML. */
export interface TemplateFile {
  name: string;
  file: string;
  /** The plain text beside it, where there is one. */
  textFile: string | undefined;
  template: Template;
}

const FRONT = /^---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)?---[ \t]*\r?\n/;

/** Reads a template's file, and its plain text where there is one. The name is the file's unless it says another. */
export function templateFrom(o: {
  file: string;
  base: string;
  html: string;
  text: { file: string; content: string } | undefined;
}): TemplateFile | { faults: Fault[] } {
  const { file } = o;
  const [front, head = ''] = FRONT.exec(o.html) ?? [];
  if (front === undefined) {
    const problem = 'begins with "---", a line "subject: …" and "---"; the HTML follows';
    return { faults: [{ file, line: 1, problem }] };
  }
  let said: unknown;
  try {
    said = parse(head) ?? {};
  } catch (error) {
    return { faults: [{ file, line: 1, problem: messageOf(error).split('\n')[0]! }] };
  }
  const { name = o.base, ...rest } = said as { name?: unknown };
  const parsed = schema.safeParse({
    ...rest,
    html: withoutEnd(o.html.slice(front.length)),
    ...(o.text ? { text: withoutEnd(o.text.content) } : {}),
  });
  if (typeof name !== 'string' || name === '' || name.length > 255) {
    return { faults: [{ file, line: 1, at: 'name', problem: 'a name has 1 to 255 characters' }] };
  }
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      file,
      line: lineOf(head, String(issue.path[0] ?? '')),
      at: issue.path.join('.'),
      problem: issueInWords(issue),
    }));
    return { faults };
  }
  const problem = problemWithTemplate(parsed.data);
  if (problem) {
    const inText = problem.part === 'text' && o.text !== undefined;
    const before = inText ? 0 : front.split('\n').length - 1;
    const line = problem.part === 'subject' ? lineOf(head, 'subject') : before + problem.line;
    return { faults: [{ file: inText ? o.text!.file : file, line, at: problem.part, problem: problem.problem }] };
  }
  return { name, file, textFile: o.text?.file, template: parsed.data };
}

/** What is wrong with a template's Liquid, and in which line of which part. */
export function problemWithTemplate(template: Template): { part: string; line: number; problem: string } | undefined {
  try {
    checkTemplate(template);
    return undefined;
  } catch (error) {
    const [, part = '', line = '1', problem = messageOf(error)] =
      /^(\w+), (?:line (\d+): )?([\s\S]*)$/.exec(messageOf(error)) ?? [];
    return { part, line: Number(line), problem };
  }
}

/** The file of a template, and that of its plain text where it has one. */
export function templateText(
  name: string,
  base: string,
  { html, text, ...rest }: Template,
): { html: string; text?: string } {
  const head = stringify({ ...(name === base ? {} : { name }), ...rest }, { lineWidth: 0 });
  return { html: `---\n${head}---\n${html}\n`, ...(text === undefined ? {} : { text: `${text}\n` }) };
}

/** A file ends with a line's end, which is not part of what it says. */
const withoutEnd = (content: string): string => content.replace(/\r?\n$/, '');

/** The line of a key between the dashes. */
function lineOf(head: string, key: string): number {
  const line = head.split('\n').findIndex((each) => each.startsWith(`${key}:`));
  return line < 0 ? 1 : line + 2;
}
