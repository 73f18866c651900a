import { builtInFields, type Fields, parseFieldId, type Value } from '@tributary/model';
import type { DisplayTypes } from '../types.ts';

/** Who a template is rendered for, and what brought them there. */
export interface Subject {
  person: { fields: Fields };
  /** The activity that started it, and its attributes. */
  entryActivityId?: string | undefined;
  entry: Fields;
}

/** Built-in fields by id, under the names that Liquid knows them by (`people.first-name`). */
const builtIn = new Map(
  builtInFields.map(({ id, liquid, type }) => [id, { name: liquid.slice('people.'.length), type }]),
);

/** Where nothing is known of how fields are shown, custom numbers stay as they are. */
export const noTypes: DisplayTypes = { field: () => undefined, attribute: () => undefined };

/** On the wire in thousandths (Ortto help, custom fields). */
const THOUSANDTHS = new Set(['decimal', 'currency', 'price']);

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
  });
}

function peopleNames(fields: Fields, types: DisplayTypes): Names {
  const people = names();
  const custom = names();
  for (const [id, value] of Object.entries(fields)) {
    const known = builtIn.get(id);
    if (known) people[known.name] = shown(value, known.type);
    else {
      const parsed = parseFieldId(id);
      if (parsed?.source === 'cm') custom[parsed.name] = shown(value, types.field(id));
    }
  }
  people.custom = custom;
  return people;
}

function activityNames({ entryActivityId, entry }: Subject, types: DisplayTypes): Names {
  const plain = names();
  for (const [id, value] of Object.entries(entry)) {
    const name = parseFieldId(id)?.name;
    if (name !== undefined) plain[name] = shown(value, entryActivityId && types.attribute(entryActivityId, id));
  }
  const activity = Object.assign(names(), plain);
  const custom = /^act:cm:(.+)$/.exec(entryActivityId ?? '')?.[1];
  activity.custom = custom === undefined ? names() : Object.assign(names(), { [custom]: plain });
  return activity;
}

/** A value as people write it: dates as `2025-10-15`, phones as `+15551234`, places by their name. */
function shown(value: Value, displayType: string | undefined): unknown {
  if (typeof value === 'number') return THOUSANDTHS.has(displayType ?? '') ? value / 1000 : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { year, month, day, c, n, name } = value as Record<string, unknown>;
  if (typeof year === 'number' && typeof month === 'number' && typeof day === 'number') {
    return [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
  }
  if (typeof n === 'string') return typeof c === 'string' ? `+${c}${n}` : n;
  return typeof name === 'string' ? name : value;
}
