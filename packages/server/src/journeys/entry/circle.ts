import {
  type Filter,
  type JourneyEntry,
  journeyDefinition,
  leafOf,
  matches,
  objectId,
  type Problem,
} from '@tributary/model';
import { type AskingAudience, type Audiences, askedIn } from '../../audiences/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { findManagedByName, listLiveDefinitions } from '../store/managed.sql.ts';
import { triggerOf } from './trigger.ts';

/** A journey and what makes people enter it. One that is not there yet has no id. */
interface Entered {
  id: string;
  name: string;
  entry: JourneyEntry;
}

interface Around {
  journeys: readonly Entered[];
  audiences: readonly AskingAudience[];
}

interface Place {
  kind: 'audience' | 'journey';
  id: string;
}

/** What people do at a place hangs on what they do at another. */
interface Step {
  to: Place;
  /** It asks who is or was in that journey. */
  asks: boolean;
  words: string;
}

const OF_AUDIENCES = new Set(['act::enter-audience', 'act::leave-audience']);
const OF_JOURNEYS = new Set(['act::ej', 'act::lj']);

/**
 * The way by which audiences and journeys that people enter through them set each other off for ever, from one of them
 * back to it, in words; undefined where there is none. A schedule is on no such way: between two of its calls people
 * rest. Neither is what steps of journeys do.
 */
function circleFrom(start: Place, around: Around): string | undefined {
  const open: { at: Place; asked: boolean; words: readonly string[] }[] = [{ at: start, asked: false, words: [] }];
  const seen = new Set<string>();
  for (let next = open.shift(); next; next = open.shift()) {
    const { at, asked, words } = next;
    if (asked && at.kind === start.kind && at.id === start.id) return words.join('; ');
    const been = `${at.kind} ${at.id} ${asked}`;
    if (seen.has(been)) continue;
    seen.add(been);
    for (const step of stepsFrom(at, around))
      open.push({ at: step.to, asked: asked || step.asks, words: [...words, step.words] });
  }
  return undefined;
}

function stepsFrom({ kind, id }: Place, around: Around): Step[] {
  if (kind === 'audience') {
    const audience = around.audiences.find((each) => each.id === id);
    return audience ? asking(`the audience “${audience.name}”`, audience, around) : [];
  }
  const journey = around.journeys.find((each) => each.id === id);
  if (!journey) return [];
  const { name, entry } = journey;
  if (entry.kind === 'filter') return asking(`the entry of “${name}”`, askedIn(entry.filter), around);
  const { activity, filter } = triggerOf(entry) ?? {};
  const by = (to: Place, what: string): Step => ({ to, asks: false, words: `“${name}” is entered by ${what}` });
  if (activity !== undefined && OF_AUDIENCES.has(activity))
    return around.audiences
      .filter((each) => mayFit(filter, { 'idt::a': each.id, 'str::name': each.name }))
      .map((each) => by({ kind: 'audience', id: each.id }, `the audience “${each.name}”`));
  if (activity !== undefined && OF_JOURNEYS.has(activity))
    return around.journeys
      .filter((each) => mayFit(filter, { 'idt::c': each.id, 'str::cn': each.name }))
      .map((each) => by({ kind: 'journey', id: each.id }, `the journey “${each.name}”`));
  return [];
}

function asking(
  who: string,
  asked: Pick<AskingAudience, 'audiences' | 'journeys'>,
  { audiences, journeys }: Around,
): Step[] {
  const about = (kind: Place['kind'], id: string, name: string): Step => ({
    to: { kind, id },
    asks: kind === 'journey',
    words: `${who} asks about the ${kind} “${name}”`,
  });
  return [
    ...audiences.filter(({ id }) => asked.audiences.includes(id)).map(({ id, name }) => about('audience', id, name)),
    ...journeys.filter(({ id }) => asked.journeys.includes(id)).map(({ id, name }) => about('journey', id, name)),
  ];
}

/** Whether an activity may count of which these attributes are known, and others are not. */
function mayFit(filter: Filter | undefined, attributes: Readonly<Record<string, string>>): boolean {
  if (!filter) return true;
  const known = (condition: Filter): true | undefined =>
    Object.hasOwn(attributes, leafOf(condition)?.fieldId ?? '') ? undefined : true;
  return matches(filter, { fields: attributes, now: new Date(0), known });
}

/** What is said to whoever would make an audience one that closes such a circle. `audiences` are all there would be. */
export async function circleOfAudience(
  tx: Tx,
  workspaceId: number,
  audiences: readonly AskingAudience[],
  id: string,
): Promise<string | undefined> {
  const journeys = await enteredOf(tx, workspaceId);
  const way = circleFrom({ kind: 'audience', id }, { journeys, audiences });
  return way && `people would go round for ever: ${way}. Ask about something else, or first change how people enter`;
}

/**
 * The same of a journey. With `lock` it stays true until the transaction ends: nobody changes audiences meanwhile, nor
 * journeys that are entered by them.
 */
export async function problemsWithCircle(
  tx: Tx,
  o: { audiences: Audiences },
  workspaceId: number,
  { name, entry }: Omit<Entered, 'id'>,
  { lock }: { lock: boolean },
): Promise<Problem[]> {
  const at = placeIn(entry);
  if (at === undefined) return [];
  const audiences = await o.audiences.asking(tx, workspaceId, { lock });
  const others = (await enteredOf(tx, workspaceId)).filter((each) => each.name !== name);
  const before = await findManagedByName(tx, workspaceId, name);
  const id = before ? objectId(before.createdAt, before.id) : '';
  const way = circleFrom({ kind: 'journey', id }, { journeys: [...others, { id, name, entry }], audiences });
  if (way === undefined) return [];
  const instead = 'Let people in by something else, such as a schedule, or have the audience ask about something else';
  return [{ at, problem: `people would go round for ever: ${way}. ${instead}` }];
}

/** Where it is said by which audiences or journeys people enter; undefined where they enter by something else. */
function placeIn(entry: JourneyEntry): string | undefined {
  if (entry.kind === 'filter' || entry.kind === 'audience') return `entry.${entry.kind}`;
  const activity = triggerOf(entry)?.activity ?? '';
  return OF_AUDIENCES.has(activity) || OF_JOURNEYS.has(activity) ? 'entry.activity' : undefined;
}

async function enteredOf(tx: Tx, workspaceId: number): Promise<Entered[]> {
  const live = await listLiveDefinitions(tx, workspaceId);
  return live.map(({ id, name, createdAt, definition }) => {
    const { entry } = journeyDefinition.parse(definition);
    return { id: objectId(createdAt, id), name, entry };
  });
}
