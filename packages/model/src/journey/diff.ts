import { durationMs } from './duration.ts';
import { journeyDefinition } from './journey.ts';

/** A part in which two definitions of a journey differ. */
export interface Change {
  /** Where: `exits`, `entry.again`, `shapes.pause`, `shapes.pause.for`. */
  at: string;
  change: 'added' | 'removed' | 'changed';
  before?: unknown;
  after?: unknown;
}

type Part = Readonly<Record<string, unknown>>;

/** Parts that are compared as a whole; the others of a definition are looked into. */
const WHOLE = ['name', 'description', 'holdOut', 'start'] as const;
const WITH_PARTS = ['entry', 'leave', 'goal', 'sending'] as const;

/**
 * What differs between two definitions: entry, exits, settings, and shapes with their changed parts. What is left out in
 * one and said as it would be anyway in the other is no difference. Either may be wrong, as drafts are.
 */
export function diffJourneys(before: unknown, after: unknown): Change[] {
  const [old, now] = comparable(before, after);
  return [
    ...WHOLE.flatMap((key) => compare(key, old[key], now[key])),
    ...WITH_PARTS.flatMap((key) => compareParts(key, old[key], now[key])),
    ...compareLists('exits', old.exits, now.exits),
    ...compareShapes(old.shapes, now.shapes),
  ];
}

/** With what is left out filled in, where both can be read. */
function comparable(before: unknown, after: unknown): [Part, Part] {
  const [old, now] = [journeyDefinition.safeParse(before), journeyDefinition.safeParse(after)];
  return old.success && now.success ? [old.data, now.data] : [partOf(before), partOf(after)];
}

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);
const partOf = (value: unknown): Part => (isPart(value) ? value : {});

function compare(at: string, before: unknown, after: unknown): Change[] {
  if (textOf(before) === textOf(after)) return [];
  if (before === undefined) return [{ at, change: 'added', after }];
  if (after === undefined) return [{ at, change: 'removed', before }];
  return [{ at, change: 'changed', before, after }];
}

function compareParts(at: string, before: unknown, after: unknown): Change[] {
  if (!isPart(before) || !isPart(after)) return compare(at, before, after);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => compare(`${at}.${key}`, before[key], after[key]));
}

/** As sets: to put two in another order changes nothing. */
function compareLists(at: string, before: unknown, after: unknown): Change[] {
  const [old, now] = [listOf(before), listOf(after)];
  const rest = now.map(textOf);
  const removed = old.filter((each) => {
    const place = rest.indexOf(textOf(each));
    if (place >= 0) rest.splice(place, 1);
    return place < 0;
  });
  const known = old.map(textOf);
  const added = now.filter((each) => {
    const place = known.indexOf(textOf(each));
    if (place >= 0) known.splice(place, 1);
    return place < 0;
  });
  return [
    ...removed.map((each): Change => ({ at, change: 'removed', before: each })),
    ...added.map((each): Change => ({ at, change: 'added', after: each })),
  ];
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function compareShapes(before: unknown, after: unknown): Change[] {
  const [old, now] = [partOf(before), partOf(after)];
  const ids = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return ids.flatMap((id) => compareParts(`shapes.${id}`, old[id], now[id]));
}

/** The same for the same value, in whatever order its keys are. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (!isPart(value)) return JSON.stringify(value) ?? '';
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${textOf(value[key])}`)
    .join()}}`;
}

/** A change in a line, for people: `shapes.pause.for: 2 days → 3 days`. */
export function lineOf({ at, change, before, after }: Change): string {
  if (change === 'added') return `+ ${at}: ${shown(after)}`;
  if (change === 'removed') return `- ${at}: ${shown(before)}`;
  return `~ ${at}: ${shown(before)} → ${shown(after)}`;
}

const LINE_MAX = 200;

function shown(value: unknown): string {
  if (typeof value === 'string') return `“${value}”`;
  const text = isDuration(value) ? lengthOf(value) : textOf(value);
  return text.length > LINE_MAX ? `${text.slice(0, LINE_MAX)}…` : text;
}

const UNITS = ['days', 'hours', 'minutes', 'seconds'] as const;
type Length = Partial<Record<(typeof UNITS)[number], number>>;

function isDuration(value: unknown): value is Length {
  if (!isPart(value) || Object.keys(value).length === 0) return false;
  return Object.entries(value).every(([key, n]) => UNITS.some((unit) => unit === key) && typeof n === 'number');
}

function lengthOf(length: Length): string {
  if (durationMs(length) === 0) return 'no time';
  const parts = UNITS.flatMap((unit) =>
    length[unit] ? [`${length[unit]} ${length[unit] === 1 ? unit.slice(0, -1) : unit}`] : [],
  );
  return parts.join(' ');
}
