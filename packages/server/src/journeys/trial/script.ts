import type { Fields } from '@tributary/model';
import { z } from 'zod';
import { UserError } from '../../platform/errors.ts';
import { durationFrom } from './duration.ts';
import { valuesFrom } from './values.ts';

/** Something that happens to the person of a simulation. */
export interface ScriptEvent {
  /** As people read it. */
  label: string;
  /** At this moment, or so long after … */
  at?: Date | undefined;
  after: number;
  /** … this shape has sent its message or asked for its step; after the beginning where none is named. */
  shape?: string | undefined;
  activity?: { id: string; attributes: Fields } | undefined;
  set: Fields;
  clear: readonly string[];
  add: readonly string[];
  remove: readonly string[];
}

const amount = z.number().min(0).max(36_500).optional();
const after = z.union([
  z
    .string()
    .refine((text) => durationFrom(text) !== undefined, { error: ({ input }) => `"${input}" is no time like "1 day"` })
    .transform((text) => durationFrom(text)!),
  z
    .strictObject({ days: amount, hours: amount, minutes: amount, seconds: amount })
    .transform(({ days = 0, hours = 0, minutes = 0, seconds = 0 }) => {
      return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
    }),
]);
const ids = z.array(z.string().min(1)).max(100).optional();

/** An event as it is given: in words, or part by part. What it means, `scriptFrom` says. */
export const scriptEvent = z.union([
  z.string().min(1).max(4000),
  z.strictObject({
    after: after.optional(),
    at: z.iso.datetime({ offset: true }).optional(),
    shape: z.string().min(1).optional(),
    activity: z.string().startsWith('act:').optional(),
    attributes: z.record(z.string(), z.json()).optional(),
    set: z.record(z.string().min(1), z.json()).optional(),
    clear: ids,
    tag: ids,
    untag: ids,
    unsubscribes: z.literal(true).optional(),
  }),
]);
type Given = Exclude<z.infer<typeof scriptEvent>, string>;

/** The script as it is played. Throws a `UserError` that names the event at fault and says how it is written. */
export function scriptFrom(events: readonly z.infer<typeof scriptEvent>[]): ScriptEvent[] {
  return events.map((event, i) => {
    const read = typeof event === 'string' ? fromWords(event) : fromParts(event);
    if ('problem' in read) throw new UserError('simulation_wrong', `events[${i}]: ${read.problem}`);
    return read;
  });
}

const nothing = { set: {}, clear: [], add: [], remove: [] } as const;

function fromParts(given: Given): ScriptEvent | { problem: string } {
  const { activity, attributes = {}, set = {}, clear = [], tag: add = [], untag: remove = [], unsubscribes } = given;
  if (given.at !== undefined && given.after !== undefined) return { problem: 'it has "at" or "after", not both' };
  if (activity !== undefined && unsubscribes) return { problem: 'it has "activity" or "unsubscribes", not both' };
  const changes = Object.keys(set).length + clear.length + add.length + remove.length;
  if (activity === undefined && !unsubscribes && changes === 0) {
    return { problem: 'nothing happens: it has "activity", "set", "clear", "tag", "untag" or "unsubscribes"' };
  }
  const of = {
    at: given.at === undefined ? undefined : new Date(given.at),
    after: given.after ?? 0,
    shape: given.shape,
    ...{ clear, add, remove, set: set as Fields },
  };
  const base = unsubscribes ? unsubscribing(of.shape) : undefined;
  const labels = [
    ...(activity === undefined ? [] : [`${activity}${of.shape === undefined ? '' : ` of ${of.shape}`}`]),
    ...(base ? [base.label] : []),
    ...Object.keys(set).map((id) => `sets ${id}`),
    ...clear.map((id) => `empties ${id}`),
    ...add.map((name) => `gets the tag “${name}”`),
    ...remove.map((name) => `loses the tag “${name}”`),
  ];
  return {
    ...of,
    ...base,
    set: { ...of.set, ...base?.set },
    label: labels.join(', '),
    ...(activity === undefined ? {} : { activity: { id: activity, attributes: attributes as Fields } }),
  };
}

const HOW =
  'write it like "opens SHAPE after 1 day", "clicks SHAPE", "replies to SHAPE", "bounces SHAPE", "unsubscribes", ' +
  '"does act:cm:x attribute=value after 2 hours", "sets str:cm:x=value", "gets the tag X" or "loses the tag X"';

type Said = Partial<Omit<ScriptEvent, 'label' | 'after' | 'at'>> | undefined;
const ABOUT_A_MESSAGE: Readonly<Record<string, { id: string; attributes: Fields; set: Fields }>> = {
  opens: { id: 'act::o', attributes: { 'bol::m': false }, set: {} },
  clicks: { id: 'act::c', attributes: { 'bol::m': false }, set: {} },
  'replies to': { id: 'act::re', attributes: {}, set: {} },
  bounces: { id: 'act::b', attributes: { 'str::bt': 'hard' }, set: { 'bol::hb': true } },
};

const forms: readonly (readonly [RegExp, (parts: string[]) => Said])[] = [
  [
    /^(opens|clicks|replies to|bounces) ([a-z0-9][a-z0-9-]*)(?: (\S+:\/\/\S+))?$/,
    ([verb, shape, url]) => {
      const { id, attributes, set } = ABOUT_A_MESSAGE[verb!]!;
      if (url !== undefined && verb !== 'clicks') return undefined;
      return {
        shape,
        set,
        activity: { id, attributes: url === undefined ? attributes : { ...attributes, 'str::c': url } },
      };
    },
  ],
  [/^unsubscribes(?: from ([a-z0-9][a-z0-9-]*))?$/, ([shape]) => ({ ...unsubscribing(shape), shape })],
  [
    /^does (act:\S+)(?: (.+))?$/s,
    ([id, rest]) => {
      const attributes = valuesFrom(rest ?? '');
      return attributes && { activity: { id: id!, attributes } };
    },
  ],
  [
    /^sets (.+)$/s,
    ([rest]) => {
      const set = valuesFrom(rest!);
      return set && Object.keys(set).length > 0 ? { set } : undefined;
    },
  ],
  [/^gets the tag (.+)$/, ([name]) => ({ add: [unquoted(name!)] })],
  [/^loses the tag (.+)$/, ([name]) => ({ remove: [unquoted(name!)] })],
];

function fromWords(text: string): ScriptEvent | { problem: string } {
  const [, what = '', time] = /^\s*(.+?)(?:\s+after\s+([^"]+?))?\s*$/s.exec(text) ?? [];
  const ms = time === undefined ? 0 : durationFrom(time);
  // A tag or a value may have "after" in it.
  const label = ms === undefined ? text.trim() : what;
  for (const [pattern, read] of forms) {
    const parts = pattern.exec(label);
    const said = parts ? read(parts.slice(1)) : undefined;
    if (said) return { ...nothing, ...said, label, after: ms ?? 0 };
  }
  return { problem: `"${text}" can not be understood: ${HOW}` };
}

/** As one click in a mail program does it. */
function unsubscribing(shape: string | undefined) {
  const activity = { id: 'act::u-all', attributes: { 'str::is': 'Email', 'str::u-ctx': 'Simulated' } };
  return {
    label: `unsubscribes${shape === undefined ? '' : ` from ${shape}`}`,
    activity,
    set: { 'bol::p': false } as Fields,
  };
}

const unquoted = (name: string): string => name.trim().replace(/^["“](.*)["”]$/, '$1');
