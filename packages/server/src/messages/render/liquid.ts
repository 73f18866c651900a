import { Liquid, type Template } from 'liquidjs';
import { UserError } from '../../platform/errors.ts';
import { escapeHtml } from './entities.ts';

/** A piece of Liquid, ready to be rendered. */
export type Compiled = Template[];

/** A loop that is not meant to end, ends here: by time, by what it allocates, or by the size of what comes out. */
const limits = { parseLimit: 1_000_000, renderLimit: 1000, memoryLimit: 10_000_000 };
const OUTPUT_MAX = 1_000_000;

/** Templates stand alone: there are no files to include. */
const TAGS_LEFT_OUT = ['include', 'render', 'layout', 'block'];

function engine(kind: 'html' | 'text'): Liquid {
  const liquid = new Liquid({
    ...limits,
    templates: {},
    strictFilters: true,
    ownPropertyOnly: true,
    ...(kind === 'html' ? { outputEscape: (value: unknown) => escapeHtml(text(value)) } : {}),
  });
  for (const tag of TAGS_LEFT_OUT) delete liquid.tags[tag];
  // Its output is escaped already; twice would show the reader "&amp;".
  if (kind === 'html')
    liquid.registerFilter('escape', { handler: (value: unknown) => escapeHtml(text(value)), raw: true });
  return liquid;
}

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

const engines = { html: engine('html'), text: engine('text') };

/** In `html` whatever a template puts out is escaped, unless it says `| raw`; `text` is for subjects and plain text. */
export type Kind = keyof typeof engines;

/** Throws a `UserError` that names the part and the line at fault. */
export function compile(source: string, kind: Kind, part: string): Compiled {
  try {
    return engines[kind].parse(source);
  } catch (error) {
    throw new UserError('template_invalid', `${part}, ${placed(error)}`);
  }
}

/** Throws an `Error` whose message a template's author understands. */
export function render(compiled: Compiled, kind: Kind, scope: object): string {
  let output: string;
  try {
    output = engines[kind].renderSync(compiled, scope) as string;
  } catch (error) {
    throw new Error(placed(error));
  }
  if (output.length > OUTPUT_MAX) throw new Error(`what comes out is longer than ${OUTPUT_MAX} characters`);
  return output;
}

/** "undefined filter: x, line:3, col:1" → "line 3: undefined filter: x". */
function placed(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const match = /^([\s\S]*?), line:(\d+), col:\d+/.exec(message);
  return match ? `line ${match[2]}: ${match[1]}` : message;
}
