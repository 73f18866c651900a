import { storable } from '@tributary/model';
import { type FilterImplOptions, filters, Liquid, type Template } from 'liquidjs';
import { UserError } from '../../platform/errors.ts';
import { escapeHtml } from './entities.ts';
import { wallClock } from './wall-clock.ts';

/** A piece of Liquid, ready to be rendered. */
export type Compiled = Template[];

/** A loop that is not meant to end, ends here: by time, by what it allocates, or by the size of what comes out. */
const limits = { parseLimit: 1_000_000, renderLimit: 1000, memoryLimit: 10_000_000 };
const OUTPUT_MAX = 1_000_000;

/** Templates stand alone: there are no files to include. */
const TAGS_LEFT_OUT = ['include', 'render', 'layout', 'block'];

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** What a template puts out, as it may stand where it stands; and the filter that does the same, so that it is not done twice. */
const escapes = {
  html: { escape: (value: unknown) => escapeHtml(text(value)), filter: 'escape' },
  // Within quotes: `"name": "{{ people.first-name }}"`.
  json: { escape: (value: unknown) => JSON.stringify(text(value)).slice(1, -1), filter: undefined },
  url: { escape: (value: unknown) => encodeURIComponent(text(value).toWellFormed()), filter: 'url_encode' },
} as const;

/** Under which a scope has the moment that "now" and "today" are; where it has none, they are the machine's. */
export const NOW = Symbol('now');
/** Under which it has the time zone that times are shown in. */
export const ZONE = Symbol('time zone');

/** The filters that read a date. */
const ofDates = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'] as const;

/**
 * The same filter by the clock and the time zone of the scope, whatever the machine's are. A day, and a time that names
 * no zone, stays what it is: it is no moment that would be another day elsewhere.
 */
function byTheClock(name: (typeof ofDates)[number]): FilterImplOptions {
  const filter = filters[name] as (this: unknown, value: unknown, ...more: unknown[]) => unknown;
  return function (value: unknown, format: unknown, zone: unknown) {
    const { [NOW]: now, [ZONE]: zoneHere } = this.context.environments as { [NOW]?: Date; [ZONE]?: string };
    const said = typeof value === 'string' ? wallClock(value) : undefined;
    const isNow = now && (value === 'now' || value === 'today');
    const asked = said ? said.getTime() / 1000 : isNow ? now.getTime() / 1000 : value;
    const timezoneOffset = said ? 'UTC' : (zoneHere ?? 'UTC');
    const opts = { ...this.context.opts, timezoneOffset };
    const context = Object.create(this.context, { opts: { value: opts } });
    return filter.call({ ...this, context }, asked, format, said && name === 'date' ? 'UTC' : zone);
  };
}

function engine(escaped?: keyof typeof escapes): Liquid {
  const escaping = escaped && escapes[escaped];
  const liquid = new Liquid({
    ...limits,
    templates: {},
    strictFilters: true,
    ownPropertyOnly: true,
    // The names of months, whatever the machine speaks.
    locale: 'en-US',
    ...(escaping ? { outputEscape: escaping.escape } : {}),
  });
  for (const tag of TAGS_LEFT_OUT) delete liquid.tags[tag];
  for (const name of ofDates) liquid.registerFilter(name, byTheClock(name));
  if (escaping?.filter) liquid.registerFilter(escaping.filter, { handler: escaping.escape, raw: true });
  // A value with its quotes, a number or a list: whole as it is.
  if (escaped === 'json') {
    const handler = (value: unknown): string => JSON.stringify(value ?? null);
    liquid.registerFilter('json', { handler, raw: true });
  }
  return liquid;
}

const engines = { html: engine('html'), text: engine(), json: engine('json'), url: engine('url') };

/**
 * In `html`, `json` and `url` whatever a template puts out is escaped as it has to be there, unless it says `| raw`;
 * `text` is for subjects and plain text.
 */
export type Kind = keyof typeof engines;

/** Throws a `UserError` that names the part and the line at fault. */
export function compile(source: string, kind: Kind, part: string): Compiled {
  try {
    return engines[kind].parse(source);
  } catch (error) {
    throw new UserError('template_invalid', `${part}, ${placed(error)}`);
  }
}

/**
 * Whole characters, and none that PostgreSQL can not hold: filters decode and cut as they like. Throws an `Error` whose
 * message a template's author understands.
 */
export function render(compiled: Compiled, kind: Kind, scope: object): string {
  let output: string;
  try {
    output = engines[kind].renderSync(compiled, scope) as string;
  } catch (error) {
    throw new Error(placed(error));
  }
  if (output.length > OUTPUT_MAX) throw new Error(`what comes out is longer than ${OUTPUT_MAX} characters`);
  return storable(output);
}

/** What a text names of its scope, as paths; of a path that only rendering knows the end of, the part before it. */
export function namesIn(compiled: Compiled): string[][] {
  return engines.text.globalVariableSegmentsSync(compiled).map((path) => {
    const end = path.findIndex((part) => typeof part !== 'string');
    return (end < 0 ? path : path.slice(0, end)) as string[];
  });
}

/** "undefined filter: x, line:3, col:1" → "line 3: undefined filter: x". */
function placed(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const match = /^([\s\S]*?), line:(\d+), col:\d+/.exec(message);
  return match ? `line ${match[2]}: ${match[1]}` : message;
}
