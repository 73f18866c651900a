import type { Again } from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { spelling } from '../engine/spelling.ts';
import { type Before, type Looked, listBefore } from '../store/look.sql.ts';
import type { Version } from '../versions.ts';

/** As much of somebody who is to enter as it takes to say whether they may. */
interface Asking {
  version: Version;
  /** Empty where there is nobody of the id. */
  personId: string;
  begin: { id: string };
  entry: Readonly<Record<string, unknown>>;
  test?: boolean | undefined;
}

/** Why the same start starts no second run. */
export const BEGUN = 'this has started a run already';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Oftener than this nobody enters one journey: it and others set each other off, by what they do to the person. */
const AN_HOUR_MAX = 1000;

/** Runs with the same key are one at a time: where people may be inside several times, each has a key of its own. */
export function runKey(each: Asking): string {
  const key = keyOf(each);
  const { again } = each.version.definition.entry;
  return again === 'any-time' || each.test ? `${key}#${each.begin.id}` : key;
}

/** What a run of its entry is told apart from others by; empty where the journey names nothing. */
export function keyOf({ version, entry }: Pick<Asking, 'version' | 'entry'>): string {
  const key = 'key' in version.definition.entry ? version.definition.entry.key : undefined;
  return key ? spelling(key, entry[key]) : '';
}

/**
 * Why each of these may not enter; undefined for those who may. What those before it do counts for the later ones. The
 * people are held, so nobody else starts runs of theirs.
 */
export async function obstaclesOf(
  tx: Tx,
  people: People,
  workspaceId: number,
  entering: readonly Asking[],
  now: Date,
): Promise<(string | undefined)[]> {
  const before = await beforeOf(tx, people, workspaceId, entering, now);
  const entered = new Set<string>();
  return entering.map((each, place) => {
    if (each.personId === '') return 'the person is not there, or archived';
    const { again } = each.version.definition.entry;
    const name = `${each.version.journeyId}/${each.personId}/${keyOf(each)}`;
    const why =
      whyNot(again, before.get(place), each, now) ?? (entered.has(name) ? whyNotAgain(again, now, now) : undefined);
    if (why === undefined && !each.test) entered.add(name);
    return why;
  });
}

function whyNot(again: Again, before: Before | undefined, { test }: Asking, now: Date): string | undefined {
  if (!before) return undefined;
  if (before.begun) return BEGUN;
  if (before.inside) return 'is inside already';
  if (test) return undefined;
  if (before.recent >= AN_HOUR_MAX)
    return `has entered ${AN_HOUR_MAX} times within an hour: journeys set each other off`;
  return before.last ? whyNotAgain(again, before.last, now) : undefined;
}

export function whyNotAgain(again: Again, last: Date, now: Date): string | undefined {
  const on = last.toISOString().slice(0, 10);
  if (again === 'never') return `was in it before, on ${on}, and may not enter again`;
  if (typeof again !== 'object') return undefined;
  return now.getTime() - last.getTime() < again.days * DAY_MS
    ? `was in it on ${on}, and may enter once in ${again.days} days`
    : undefined;
}

/** What there was before, by place. */
async function beforeOf(
  tx: Tx,
  people: People,
  workspaceId: number,
  entering: readonly Asking[],
  now: Date,
): Promise<Map<number, Before>> {
  const former = await formerIds(tx, people, workspaceId, entering);
  const looked = entering.flatMap((each, place): Looked[] => {
    if (each.personId === '') return [];
    const { journeyId } = each.version;
    const of = { place, journeyId, key: keyOf(each), runKey: runKey(each), beginId: each.begin.id };
    return [each.personId, ...(former.get(each.personId) ?? [])].map((personId) => ({ ...of, personId }));
  });
  const rows = looked.length > 0 ? await listBefore(tx, looked, new Date(now.getTime() - HOUR_MS)) : [];
  return new Map(rows.map((row) => [row.place, row]));
}

/** Under which ids people were known before: of somebody who has become another a moment ago, the runs have not followed yet. */
async function formerIds(
  tx: Tx,
  people: People,
  workspaceId: number,
  entering: readonly Asking[],
): Promise<Map<string, string[]>> {
  const asks = entering.filter(({ version, test }) => {
    const { again } = version.definition.entry;
    return !test && (again === 'never' || typeof again === 'object');
  });
  return people.identity.former(tx, workspaceId, [...new Set(asks.map(({ personId }) => personId))]);
}
