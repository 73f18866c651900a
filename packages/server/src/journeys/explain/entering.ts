import { type Explained, type Fields, momentOf as momentFrom, type Names, publicId } from '@tributary/model';
import { IMPORTED, type People, type RecordedActivity } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { minute } from '../engine/doing.ts';
import { keyOf, whyNotAgain } from '../entry/again.ts';
import { listPublished, type RunOfPerson } from '../store/explain.sql.ts';
import { type HistoryRow, listHistory } from '../store/history.sql.ts';
import { MOVED } from '../store/out.sql.ts';
import type { WholeJourney } from '../store/trial.sql.ts';
import type { Somebody } from '../trial/person.ts';
import type { Version } from '../versions.ts';
import { audienceChecks, dayChecks, type EntryCheck, personChecks, startCheck } from './entry.ts';
import { NOW, type NowFacts } from './facts.ts';

/** Whether somebody could enter a journey now, and what became of each occasion there was. */
export interface Entering {
  /** What lets people in, in words. */
  by: string;
  /** What stands in the way now; empty: nothing does. */
  obstacles: string[];
  /** The filters on the person, as they are now. */
  checks: EntryCheck[];
  /** The newest occasions on which the person might have entered. */
  occasions: Occasion[];
}

export interface Occasion {
  at: Date;
  activity: string;
  attributes: Fields;
  /** The run that it started. */
  run?: string;
  /** Why it started none. */
  why: string[];
  check?: Explained;
}

const OCCASIONS_MAX = 10;

export async function enteringOf(
  o: { db: Db; people: People },
  workspaceId: number,
  of: {
    journey: WholeJourney;
    version: Version;
    somebody: Somebody;
    runs: readonly RunOfPerson[];
    facts: NowFacts;
    names: Names;
  },
): Promise<Entering> {
  const { journey, version, somebody, runs, facts } = of;
  const { definition } = version;
  const checks = [
    ...personChecks(version, facts),
    ...(await audienceChecks(o, workspaceId, { definition, personId: somebody.id, facts, source: NOW })),
    ...dayChecks(version, facts),
  ];
  const real = runs.filter(({ test, leftReason }) => !test && leftReason !== MOVED);
  const inside = real.find(({ leftAt }) => !leftAt);
  const { again } = version.definition.entry;
  const keyed = 'key' in version.definition.entry && version.definition.entry.key !== undefined;
  const last = real[0];
  const notAgain =
    last && !keyed && again !== 'after-leaving' && again !== 'any-time'
      ? whyNotAgain(again, last.enteredAt, facts.now)
      : undefined;
  const open = journey.state === 'on' && !somebody.archivedAt && !inside && notAgain === undefined;
  return {
    by: entryInWords(version, of.names),
    obstacles: [
      ...(somebody.archivedAt ? ['the person is archived'] : []),
      ...(journey.state === 'on' ? [] : [`the journey is ${journey.state}: nobody enters`]),
      ...checks.filter(({ holds }) => !holds).map(({ at }) => `${at} does not hold`),
      ...(notAgain === undefined ? [] : [notAgain]),
      ...(inside && !keyed && again !== 'any-time' ? ['is inside already'] : []),
      ...byTime(version, facts),
      ...(open && checks.every(({ holds }) => holds) ? holdingOn(version, { wasIn: last !== undefined }) : []),
    ],
    checks,
    occasions: await occasionsOf(o, workspaceId, of, checks),
  };
}

/** What lets people in, in words. */
function entryInWords({ definition: { entry }, trigger }: Version, names: Names): string {
  const activity = trigger && `“${names.activity?.(trigger.activity) ?? trigger.activity}”`;
  switch (entry.kind) {
    case 'activity':
      return `${activity} occurs`;
    case 'audience':
      return `they ${entry.when === 'enters' ? 'enter' : 'leave'} the audience “${names.group?.(entry.audience) ?? entry.audience}”`;
    case 'tag':
      return `they get the tag “${entry.tag}”`;
    case 'filter':
      return 'a filter comes to hold for them';
    case 'date':
      return `it is ${daysInWords(entry.days)} “${names.field?.(entry.field) ?? entry.field}”${entry.every ? ', each year' : ''}, at ${entry.at} (${entry.timezone})`;
    case 'schedule':
      return `the schedule “${entry.cron}” comes round (${entry.timezone})`;
    case 'direct':
      return 'somebody puts them in: by the API, another journey or by hand';
  }
}

function daysInWords(days: number): string {
  if (days === 0) return 'the day of';
  return `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'} ${days < 0 ? 'before' : 'after'}`;
}

/** Of entries by a date: when that is for this person. */
function byTime({ definition: { entry } }: Version, { fields, now }: NowFacts): string[] {
  if (entry.kind !== 'date' || entry.every) return [];
  const { field, days, at, timezone } = entry;
  const moment = momentFrom(fields[field], { days, at, timezone });
  return moment ? [`${moment > now ? 'the day is' : 'the day was'} ${minute(moment)}`] : [];
}

/** Of entries by a filter that holds: why it lets nobody in. */
function holdingOn({ definition: { entry } }: Version, { wasIn }: { wasIn: boolean }): string[] {
  if (entry.kind !== 'filter') return [];
  if (wasIn) return ['it holds: people enter when it comes to hold, so it has to stop holding first'];
  // Otherwise they are about to enter.
  return entry.existing
    ? []
    : ['it held already when the journey was published, or put on: `existing: true` lets those in'];
}

/** What might have started a run, the newest first, and why it did not. */
async function occasionsOf(
  o: { db: Db; people: People },
  workspaceId: number,
  of: Parameters<typeof enteringOf>[2],
  checks: readonly EntryCheck[],
): Promise<Occasion[]> {
  const { version, somebody, journey } = of;
  const { trigger } = version;
  if (!trigger || somebody.id === undefined) return [];
  const { activities } = await o.people.history(o.db, workspaceId, {
    // Another audience, or another tag, is no occasion.
    ...{ personId: somebody.id, activityIds: [trigger.activity], about: trigger.about },
    ...{ limit: OCCASIONS_MAX, offset: 0 },
  });
  const [first] = await listPublished(o.db, journey.id);
  const deeds = await listHistory(o.db, journey.id, { limit: DEEDS_MAX });
  const around = { published: first?.publishedAt, deeds: deeds.filter(({ what }) => what in LETS_IN), checks };
  return activities.map((activity) => occasionOf(activity, of, around));
}

/** What bears on every occasion. */
interface Around {
  published: Date | undefined;
  /** What was done about who is let in, the newest first. */
  deeds: readonly HistoryRow[];
  checks: readonly EntryCheck[];
}

const DEEDS_MAX = 200;
/** Whether people enter after something was done. */
const LETS_IN: Readonly<Partial<Record<HistoryRow['what'], boolean>>> = {
  ...{ published: true, resumed: true },
  ...{ paused: false, draining: false, archived: false, restored: false },
};

function occasionOf(activity: RecordedActivity, of: Parameters<typeof enteringOf>[2], around: Around): Occasion {
  const { version, runs, facts, names } = of;
  const { entry } = version.definition;
  const told = {
    at: activity.occurredAt,
    activity: names.activity?.(activity.activityId) ?? activity.activityId,
    attributes: activity.attributes,
  };
  const run = runs.find(({ entryActivityId }) => entryActivityId === activity.id);
  if (run) return { ...told, run: publicId(run.id, 'run'), why: [] };
  const check = startCheck(version, activity.attributes, { now: facts.now, names });
  const key = keyOf({ version, entry: activity.attributes });
  const before = runs.filter((each) => !each.test && each.key === key && each.entryAt <= activity.occurredAt);
  const inside = before.some(({ leftAt }) => !leftAt || leftAt > activity.occurredAt);
  const again =
    before[0] && entry.again !== 'after-leaving' && entry.again !== 'any-time'
      ? whyNotAgain(entry.again, before[0].enteredAt, activity.occurredAt)
      : undefined;
  const why = [
    ...(activity.source === IMPORTED ? ['it came by a file, and files start no journeys'] : []),
    ...(check && !check.holds ? ['the entry’s filter does not hold for it'] : []),
    ...(again === undefined ? [] : [again]),
    ...(inside && entry.again !== 'any-time' ? ['was inside already then'] : []),
  ];
  return {
    ...told,
    why: why.length > 0 ? why : [unexplained(activity, around)],
    ...(check && !check.holds ? { check: check.why } : {}),
  };
}

/**
 * What is said of an occasion that nothing kept tells against. One that occurred before the journey was published may still have been
 * recorded afterwards, and starts a run then; so this is told only where there is no surer reason.
 */
function unexplained({ occurredAt }: RecordedActivity, { published, deeds, checks }: Around): string {
  if (published && occurredAt < published) return `the journey was published later, on ${minute(published)}`;
  const deed = deeds.find(({ at }) => at <= occurredAt);
  if (deed && LETS_IN[deed.what] === false) return `the journey was ${deed.what} then, since ${minute(deed.at)}`;
  const failing = checks.filter(({ holds }) => !holds).map(({ at }) => at);
  if (failing.length > 0) return `${failing.join(', ')} does not hold, as the person is now`;
  return 'nothing that can be seen now: the person, or the journey, may have been otherwise then';
}
