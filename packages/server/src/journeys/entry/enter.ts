import type { Again, Fields } from '@tributary/model';
import type { Ids, People } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { notify } from '../../platform/presence.ts';
import { startedItem } from '../activities.ts';
import { GOAL_WINDOW_MS } from '../engine/advance.ts';
import { chance } from '../engine/chance.ts';
import { type EarlierRun, insertRuns, listEarlier, type NewRun } from '../store/run.sql.ts';
import type { Version, Versions } from '../versions.ts';

export interface Enroller {
  people: People;
  versions: Versions;
  runIds: Ids;
}

/** Somebody who is to enter a journey, in a version of it. */
export interface Entering {
  version: Version;
  personId: string;
  /** What starts the run: an activity, or something that has a number of the same kind. The same start starts one run. */
  begin: { id: string; at: Date; activity?: string | undefined };
  /** Its attributes, which stay usable in the whole run. */
  entry: Fields;
  /** Not before then. */
  dueAt?: Date | undefined;
  /** How many journeys one after the other have passed the person on. */
  depth?: number | undefined;
  /** A try: it enters whatever was before, and figures leave it out. */
  test?: boolean | undefined;
}

/** What became of it: the run, or why there is none. */
export type Entered = { runId: string } | { why: string };

/**
 * Starts runs, and says what became of each, in their order. Those who would enter are held, so that nobody else starts
 * runs of theirs meanwhile; whoever becomes another from here on does so after this, and their runs follow.
 */
export async function enter(
  tx: Tx,
  of: Enroller,
  workspaceId: number,
  entering: readonly Entering[],
  now: Date,
): Promise<Entered[]> {
  if (entering.length === 0) return [];
  const held = await of.people.identity.hold(
    tx,
    workspaceId,
    entering.map(({ personId }) => personId),
  );
  const here = entering.map((each) => ({ ...each, personId: held.get(each.personId) ?? '' }));
  const obstacles = await obstaclesOf(tx, here, now);
  const ids = await of.runIds.next(
    tx,
    here.map(() => now),
  );
  const going = here.flatMap((each, i) =>
    obstacles[i] === undefined ? [{ each, run: newRun(each, ids[i]!, now) }] : [],
  );
  const started = await insertRuns(
    tx,
    workspaceId,
    going.map(({ run }) => run),
    now,
  );
  const items = going.flatMap(({ each, run }) =>
    started.has(run.id) && !run.heldOut && !run.test
      ? [startedItem(run, each.version, { activity: each.begin.activity, id: each.begin.id })]
      : [],
  );
  if (items.length > 0) await of.people.recordIn(tx, workspaceId, items);
  if (started.size > 0) await tx.query(notify('run'));
  return here.map((_, i): Entered => {
    const why = obstacles[i];
    if (why !== undefined) return { why };
    return started.has(ids[i]!) ? { runId: ids[i]! } : { why: 'is inside already' };
  });
}

function newRun(each: Entering, id: string, now: Date): NewRun {
  const { version, personId, begin, entry } = each;
  const { definition, journeyId } = version;
  const heldOut = !each.test && definition.holdOut > 0 && chance(journeyId, personId) < definition.holdOut;
  return {
    id,
    journeyId,
    version: version.version,
    personId,
    entryActivityId: begin.id,
    entryAt: begin.at,
    entryKey: runKey(each),
    entry,
    heldOut,
    dueAt: heldOut ? new Date(now.getTime() + GOAL_WINDOW_MS) : (each.dueAt ?? now),
    // One that begins later is not to be woken before.
    listens: heldOut ? version.goalListens : each.dueAt ? [] : version.listens,
    memory: each.depth ? { depth: each.depth } : {},
    test: each.test ?? false,
  };
}

/** Runs with the same key are one at a time: where people may be inside several times, each has a key of its own. */
function runKey(each: Entering): string {
  const key = keyOf(each);
  const { again } = each.version.definition.entry;
  return again === 'any-time' || each.test ? `${key}#${each.begin.id}` : key;
}

function keyOf({ version, entry }: Entering): string {
  const key = 'key' in version.definition.entry ? version.definition.entry.key : undefined;
  return key ? String(entry[key] ?? '') : '';
}

/** Why each of these may not enter; undefined for those who may. What those before it do counts for the later ones. */
async function obstaclesOf(tx: Tx, entering: readonly Entering[], now: Date): Promise<(string | undefined)[]> {
  const asks = entering.filter((each) => !each.test && asksForEarlier(each.version.definition.entry.again));
  const earlier = new Map<string, Date>();
  const nameOf = (run: Pick<EarlierRun, 'journeyId' | 'personId' | 'key'>): string =>
    `${run.journeyId}/${run.personId}/${run.key}`;
  if (asks.length > 0) {
    const rows = await listEarlier(
      tx,
      asks.map((each) => ({ journeyId: each.version.journeyId, personId: each.personId, key: keyOf(each) })),
    );
    for (const row of rows) earlier.set(nameOf(row), row.enteredAt);
  }
  return entering.map((each) => {
    if (each.personId === '') return 'the person is not there, or archived';
    if (each.test) return undefined;
    const { again } = each.version.definition.entry;
    if (!asksForEarlier(again)) return undefined;
    const name = nameOf({ journeyId: each.version.journeyId, personId: each.personId, key: keyOf(each) });
    const before = earlier.get(name);
    const why = before && whyNotAgain(again, before, now);
    if (why === undefined) earlier.set(name, now);
    return why;
  });
}

const asksForEarlier = (again: Again): again is Exclude<Again, 'after-leaving' | 'any-time'> =>
  again === 'never' || typeof again === 'object';

/** Why somebody who entered before may not enter again, if it is so. */
export function whyNotAgain(again: 'never' | { days: number }, before: Date, now: Date): string | undefined {
  const on = before.toISOString().slice(0, 10);
  if (again === 'never') return `was in it before, on ${on}, and may not enter again`;
  const since = now.getTime() - before.getTime();
  return since < again.days * 24 * 3600 * 1000
    ? `was in it on ${on}, and may enter once in ${again.days} days`
    : undefined;
}
