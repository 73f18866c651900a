import type { Fields, Value } from '@tributary/model';
import { type Candidate, OF_THE_ADDRESS, permissions, united, without } from './one-of-two.ts';
import type { WholePerson } from './store/whole.sql.ts';

/** A merge that nobody has undone: the survivor before it and after it, and who came into them. */
export interface Stage {
  mergeId: string;
  before: WholePerson;
  after: WholePerson;
  absorbed: Candidate;
}

/** What can only change together: a field, or a permission with all that was said about it. */
interface Part {
  fields: readonly string[];
  moments: readonly Moment[];
}
type Moment = 'createdAt' | 'firstSeenAt' | 'lastSeenAt' | 'subscribedAt' | 'unsubscribedAt';

const parts: readonly Part[] = permissions.map(({ field, context, moments }) => ({
  fields: [field, ...context],
  moments,
}));
const ofParts: ReadonlySet<string> = new Set([...parts.flatMap(({ fields }) => fields), ...OF_THE_ADDRESS]);
const momentsAlone: readonly Part[] = (['createdAt', 'firstSeenAt', 'lastSeenAt'] as const).map((moment) => ({
  fields: [],
  moments: [moment],
}));

/**
 * The survivor once one of those they absorbed is out of them again: from before that merge on, everything happens once
 * more without it. The others come in as they did, and what came in between, which is what differs between the end of
 * one merge and the beginning of the next, comes again. With it, the later merges as they are to be written down now:
 * what comes next can then be undone in any order.
 *
 * `stages` are all merges of the survivor that nobody has undone, the oldest first.
 */
export function separated(
  now: WholePerson,
  stages: readonly Stage[],
  mergeId: string,
  isKey: (fieldId: string) => boolean,
): { survivor: WholePerson; stages: Stage[] } {
  const at = stages.findIndex((stage) => stage.mergeId === mergeId);
  const rewritten = stages.slice(Math.max(at - 1, 0), at);
  let hasKey = stages.slice(0, at).some(({ absorbed }) => !absorbed.anonymous);
  let survivor = stages[at]!.before;
  for (const [i, stage] of stages.entries()) {
    if (i < at) continue;
    if (i > at) {
      const before = survivor;
      const anonymous = !hasKey && !Object.keys(before.fields).some(isKey);
      survivor = united({ person: before, anonymous }, stage.absorbed);
      rewritten.push({ ...stage, before, after: survivor });
      hasKey ||= !stage.absorbed.anonymous;
    }
    const next = stages[i + 1]?.before ?? now;
    const came = partsOf(stage.after, next).filter((part) => !sameIn(part, stage.after, next));
    const last = rewritten.at(-1);
    if (last) rewritten[rewritten.length - 1] = { ...last, after: unlike(last.after, next, came) };
    survivor = withChanges(survivor, stage.after, next, came);
  }
  return { survivor, stages: rewritten };
}

function partsOf(...people: readonly WholePerson[]): Part[] {
  const ids = new Set(people.flatMap(({ fields }) => Object.keys(fields)));
  const alone = [...ids].filter((id) => !ofParts.has(id)).map((id) => ({ fields: [id], moments: [] }));
  return [...parts, ...momentsAlone, ...alone];
}

/** Somebody, with what became of the survivor between two merges. */
function withChanges(person: WholePerson, from: WholePerson, to: WholePerson, came: readonly Part[]): WholePerson {
  const fields: Record<string, Value> = { ...person.fields };
  const moments: Partial<Record<Moment, Date | null>> = {};
  for (const part of came) {
    copyFields(part.fields, to.fields, fields);
    for (const moment of part.moments) moments[moment] = to[moment];
  }
  // What is known of an address is known of whoever has it.
  if (same(fields['str::email'], to.fields['str::email'])) copyFields(OF_THE_ADDRESS, to.fields, fields);
  const lost = new Set(from.tags.filter((tag) => !to.tags.includes(tag)));
  const gained = to.tags.filter((tag) => !from.tags.includes(tag));
  const tags = [...new Set([...person.tags.filter((tag) => !lost.has(tag)), ...gained])];
  return { ...person, ...(moments as Partial<WholePerson>), fields, tags };
}

function copyFields(ids: readonly string[], from: Fields, to: Record<string, Value>): void {
  for (const id of ids) {
    const value = from[id];
    if (value === undefined) delete to[id];
    else to[id] = value;
  }
}

/**
 * What a merge left, without what came after it and is the same by chance: it would be taken for what the merge gave,
 * and go with it.
 */
function unlike(after: WholePerson, next: WholePerson, came: readonly Part[]): WholePerson {
  const chance = came.filter((part) => sameIn(part, after, next)).flatMap(({ fields }) => fields.slice(0, 1));
  return { ...after, fields: without(after.fields, chance) };
}

function sameIn(part: Part, a: WholePerson, b: WholePerson): boolean {
  return (
    part.fields.every((id) => same(a.fields[id], b.fields[id])) &&
    part.moments.every((moment) => a[moment]?.getTime() === b[moment]?.getTime())
  );
}

/** Both come out of jsonb, which keeps the keys of an object in one order. */
function same(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
