import { builtInFields, type Fields, isScaled, parseFieldId, timezoneOf, type Value } from '@tributary/model';
import type { DisplayTypes } from '../types.ts';
import { NOW, ZONE } from './liquid.ts';

/** Who a template is rendered for, and what brought them there. */
export interface Subject {
  person: { fields: Fields };
  /** The activity that started it, and its attributes. */
  entryActivityId?: string | undefined;
  entry: Fields;
  /** When it is rendered: what a template calls "now". The machine's where it is not said. */
  now?: Date | undefined;
}

/** Built-in fields by id, under the names that Liquid knows them by (`people.first-name`). */
const builtIn = new Map(
  builtInFields.map(({ id, liquid, type }) => [id, { name: liquid.slice('people.'.length), type }]),
);

/** Where nothing is known of how fields are shown, custom numbers stay as they are. */
export const noTypes: DisplayTypes = { timezone: 'UTC', field: () => undefined, attribute: () => undefined };

type Names = Record<string, unknown>;

/** Without a prototype: a template sees what was put in, and nothing else. */
const names = (): Names => Object.create(null) as Names;

/**
 * What a template can name: `people.first-name`, `people.custom.kommo-stage`,
 * and of the activity that started it `activity.stage` and
 * `activity.custom.crm-stage-changed.stage`, as in Ortto.
 */
export function scopeOf(subject: Subject, types: DisplayTypes, more: Readonly<Record<string, string>> = {}): object {
  return Object.assign(names(), { people: peopleNames(subject.person.fields, types) }, more, {
    activity: activityNames(subject, types),
    [NOW]: subject.now,
    [ZONE]: timezoneOf(subject.person.fields, types.timezone),
  });
}

const builtInNames = new Set([...builtIn.values()].map(({ name }) => name));

/** Whether a path is one that a scope may have something at; custom fields by the names that Liquid knows them by. */
export function isName([root, name, custom]: readonly string[], hasCustom: (name: string) => boolean): boolean {
  if (root !== 'people') return root === 'activity' || root === 'unsubscribe_url';
  if (name === undefined || builtInNames.has(name)) return true;
  return name === 'custom' && (custom === undefined || hasCustom(custom));
}

function peopleNames(fields: Fields, types: DisplayTypes): Names {
  const people = names();
  const custom = names();
  for (const [id, value] of Object.entries(fields)) {
    const known = builtIn.get(id);
    if (known) people[known.name] = shown(id, value, known.type);
    else {
      const parsed = parseFieldId(id);
      if (parsed?.source === 'cm') custom[parsed.name] = shown(id, value, types.field(id));
    }
  }
  people.custom = custom;
  return people;
}

function activityNames({ entryActivityId, entry }: Subject, types: DisplayTypes): Names {
  const plain = names();
  for (const [id, value] of Object.entries(entry)) {
    const name = parseFieldId(id)?.name;
    if (name !== undefined) plain[name] = shown(id, value, types.attribute(entryActivityId, id));
  }
  const activity = Object.assign(names(), plain);
  const custom = /^act:cm:(.+)$/.exec(entryActivityId ?? '')?.[1];
  activity.custom = custom === undefined ? names() : Object.assign(names(), { [custom]: plain });
  return activity;
}

/**
 * A value as people write it, by the type that its id begins with: dates as `2025-10-15`, phones as `+15551234`, places by
 * their name; objects by their keys, and as JSON where they stand as a whole.
 */
export function shown(id: string, value: Value, displayType: string | undefined): unknown {
  if (typeof value === 'number') return isScaled(displayType) ? value / 1000 : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return asText[parseFieldId(id)?.type ?? '']?.(value as Readonly<Record<string, unknown>>) ?? printable(value);
}

const asText: Readonly<Record<string, (value: Readonly<Record<string, unknown>>) => string | undefined>> = {
  dtz: ({ year, month, day }) => {
    if (typeof year !== 'number' || typeof month !== 'number' || typeof day !== 'number') return undefined;
    return [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
  },
  phn: ({ c, n, phone }) => {
    if (typeof n === 'string') return typeof c === 'string' ? `+${c}${n}` : n;
    return typeof phone === 'string' ? phone : undefined;
  },
  geo: ({ name }) => (typeof name === 'string' ? name : undefined),
};

/** What is put out of an object is its JSON, whatever its keys are called: one such as `toString` must not stop a mail. */
function printable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(printable);
  const named = names();
  for (const [key, inner] of Object.entries(value)) named[key] = printable(inner);
  return Object.defineProperty(named, Symbol.toPrimitive, { value: () => JSON.stringify(value) });
}
