import { type Fields, type Filter, type Happened, type Leaf, OUTCOMES, publicId, type Value } from '@tributary/model';
import { DROPPED } from '../../messages/index.ts';
import type { RecordedActivity } from '../../people/index.ts';
import type { RunMemory } from './run-state.ts';
import { spelling } from './spelling.ts';

/** All that a shape may look at when it decides. No clock, no database: the same moment gives the same move. */
export interface Moment {
  now: Date;
  shapeId: string;
  /** When the run came to this shape. */
  arrived: Date;
  /** The person's fields. */
  fields: Fields;
  /** The attributes of what started the run. */
  entry: Fields;
  memory: RunMemory;
  /** The person's, or the workspace's where that is not known. */
  timezone: string;
  /** Whether a filter holds for the person and what they did in this run. */
  holds(filter: Filter): boolean;
  /** When the person last had this shape, in whatever run of the journey; where the shape asks for it. */
  lastDone: Date | undefined;
  /** How what this shape asked for at a moment, of so many, went; undefined: not known yet. */
  outcome(since: Date, several: number): Outcome | undefined;
  /** Which of several ways this person goes at this shape, today and ever after. */
  choose(parts: readonly { name: string; share: number }[], how: { level: boolean }): string;
  /** Of an e-mail in several versions, the one that has won. */
  winner: string | undefined;
  /** Liquid, rendered for the person. Throws where it can not be. */
  render(text: string): string;
  /** A text as a value of a field; as it is where it can not be read as one. */
  read(fieldId: string, text: string): Value;
}

/** `did` is what the run says of it, where it is not that it went well. */
export type Outcome = { ok: true; did?: string } | { ok: false; why: string };

/** What a run knows of its beginning. */
export interface Beginning {
  runId: string;
  entryActivityId: string;
  entryAt: Date;
  enteredAt: Date;
  entry: Fields;
}

/**
 * From when on what somebody does may belong to a run: what started it may be told by a clock that is ahead of ours, and
 * what follows in the same second by a CRM that knows no more than the second.
 */
export function sinceOf({ entryAt, enteredAt }: Pick<Beginning, 'entryAt' | 'enteredAt'>): Date {
  return new Date(secondOf(entryAt < enteredAt ? entryAt : enteredAt));
}

const secondOf = (at: Date): number => Math.floor(at.getTime() / 1000) * 1000;

/**
 * They say by which message, or in which run, somebody did it, and are about the person all the same: who wants no mail any
 * more, or has left a journey, has done so for all.
 */
const OF_THE_PERSON: ReadonlySet<string> = new Set(['act::u-all', 'act::u-a', 'act::s-a', 'act::ej', 'act::lj']);

/**
 * What occurred in this run: after the activity that started it; for
 * activities about a message or a step, only those of this run; never one that a
 * machine did (`bol::m`).
 */
export function activitiesIn(begin: Beginning, activities: readonly RecordedActivity[]): RecordedActivity[] {
  const runId = publicId(begin.runId, 'run');
  return activities.filter(
    ({ id, activityId, occurredAt, attributes }) =>
      isAfter({ id, occurredAt }, begin) &&
      attributes['bol::m'] !== true &&
      (attributes['idt::jri'] === undefined || attributes['idt::jri'] === runId || OF_THE_PERSON.has(activityId)),
  );
}

/** Of these, those a condition names; where it says `same`, only about the same thing as the beginning, such as the same deal. */
export function happenedIn(begin: Beginning, own: readonly RecordedActivity[]): (condition: Leaf) => Happened[] {
  return (condition) =>
    own
      .filter(
        ({ activityId, attributes }) =>
          activityId === condition.fieldId &&
          (condition.same ?? []).every((id) => spelling(id, attributes[id]) === spelling(id, begin.entry[id])),
      )
      .map(({ occurredAt, attributes }) => ({ at: occurredAt, attributes }));
}

/**
 * How the step that this shape asked for at a moment went. Of what goes to several, each says how it went by itself: it
 * went well as soon as one has it, for asked once more, that one would have it twice; and failed when nobody has it.
 */
export function outcomeOf(
  own: readonly RecordedActivity[],
  shapeId: string,
  since: Date,
  several = 1,
): Outcome | undefined {
  const outcomes = own.flatMap((told) => {
    const { activityId, attributes, occurredAt } = told;
    const isOutcome = isOneOf(OUTCOMES.done, activityId) || isOneOf(OUTCOMES.failed, activityId);
    return isOutcome && attributes['str::jsi'] === shapeId && occurredAt >= since ? [read(told)] : [];
  });
  if (several === 1) return outcomes.at(-1);
  return outcomes.findLast(({ ok }) => ok) ?? (outcomes.length < several ? undefined : outcomes.at(-1));
}

function read({ activityId, attributes }: RecordedActivity): Outcome {
  if (isOneOf(OUTCOMES.done, activityId)) return { ok: true };
  const why = attributes['str::rn'] ?? attributes['str::jsl'] ?? attributes['str::br'] ?? 'it failed';
  // It may have arrived: whoever asked for it once more would send it twice.
  if (String(why).endsWith(DROPPED)) return { ok: true, did: `goes on: ${DROPPED}` };
  return { ok: false, why: String(why) };
}

const isOneOf = (list: readonly string[], id: string): boolean => list.includes(id);

/**
 * CRMs know the second, not the moment: within one, the order of recording decides, which ids carry. What has come since
 * the run is there is after, though what started it be told to lie later still.
 */
function isAfter(activity: { id: string; occurredAt: Date }, begin: Beginning): boolean {
  const [at, entryAt] = [activity.occurredAt.getTime(), begin.entryAt.getTime()];
  if (at === entryAt || at === secondOf(begin.entryAt)) return BigInt(activity.id) > BigInt(begin.entryActivityId);
  return at > entryAt || activity.occurredAt >= begin.enteredAt;
}
