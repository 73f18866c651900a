import { type Fields, idAt, mergeFields, type Value } from '@tributary/model';
import type { RecordedActivity } from '../../people/index.ts';

/** The person of a simulation while it runs: what is known of them, and what happened. */
export interface Life {
  /** Tags stand under `tags`. */
  readonly fields: Fields;
  /** The oldest first. */
  readonly activities: readonly RecordedActivity[];
  /** Something happens. Returns what changed by it: the activity, and fields. */
  happen(activity: { id: string; attributes: Fields }, at: Date): string[];
  /** Fields and tags change, with the activity that was told of it, if one was. Returns what did, and what follows from it. */
  change(what: Change, at: Date, told?: string): string[];
}

export interface Change {
  set: Fields;
  clear: readonly string[];
  add: readonly string[];
  remove: readonly string[];
}

/** What goes with any change of a person beside the fields themselves, as news tells it. */
const WITH_ANY_CHANGE = ['e', 'tags', 'u4s::t'];

export function createLife(o: {
  personId: string;
  fields: Fields;
  /** Whether an activity moves when the person was last seen. */
  touches(activityId: string): boolean;
}): Life {
  const fields: Record<string, Value> = { ...o.fields };
  const activities: RecordedActivity[] = [];

  const happen: Life['happen'] = ({ id, attributes }, at) => {
    activities.push({
      // After whatever started the run at the same moment.
      id: idAt(at, BigInt(activities.length + 2)),
      personId: o.personId,
      activityId: id,
      occurredAt: at,
      attributes,
      source: 'Simulation',
    });
    if (!o.touches(id)) return [id];
    fields.l = at.toISOString();
    fields.f ??= fields.l;
    return [id, 'l', 'f'];
  };

  const retag = ({ add, remove }: Change, at: Date): string[] => {
    const small = (names: readonly string[]): Set<string> => new Set(names.map((name) => name.toLowerCase()));
    const before = Array.isArray(fields.tags) ? (fields.tags as string[]) : [];
    const unwanted = small(remove);
    const taken = before.filter((name) => unwanted.has(name.toLowerCase()));
    const had = small(before);
    const given = add.filter((name) => !had.has(name.toLowerCase()) && !unwanted.has(name.toLowerCase()));
    const after = [...before.filter((name) => !taken.includes(name)), ...given];
    if (after.length > 0) fields.tags = after;
    else delete fields.tags;
    return [
      ...given.flatMap((name) => happen({ id: 'act::ta', attributes: { 'str::n': name } }, at)),
      ...taken.flatMap((name) => happen({ id: 'act::tr', attributes: { 'str::n': name } }, at)),
    ];
  };

  return {
    get fields() {
      return { ...fields };
    },
    activities,
    happen,
    change(what, at, told) {
      const before = { ...fields };
      const after = mergeFields(before, what.set, { strategy: 2, clear: what.clear });
      for (const id of Object.keys(fields)) if (!Object.hasOwn(after, id)) delete fields[id];
      Object.assign(fields, after);
      const followed = permissionsTold(before, after).filter(({ id }) => id !== told);
      const happened = [...retag(what, at), ...followed.flatMap((activity) => happen(activity, at))];
      const changed = [...new Set([...Object.keys(before), ...Object.keys(fields)])].filter(
        (id) => JSON.stringify(before[id]) !== JSON.stringify(fields[id]),
      );
      if (changed.length === 0) return happened;
      fields.e = at.toISOString();
      return [...happened, ...changed, ...WITH_ANY_CHANGE];
    },
  };
}

const PERMISSIONS = [
  { field: 'bol::p', given: 'act::s-all', taken: 'act::u-all' },
  { field: 'bol::sp', given: 'act::ros-all', taken: 'act::oos-all' },
] as const;

/** The activities that come of a changed permission, as they do when it is recorded. */
function permissionsTold(before: Fields, after: Fields): { id: string; attributes: Fields }[] {
  return PERMISSIONS.flatMap(({ field, given, taken }) => {
    const now = after[field];
    if (typeof now !== 'boolean' || before[field] === now) return [];
    return [{ id: now ? given : taken, attributes: { 'str::is': 'Simulation' } }];
  });
}
