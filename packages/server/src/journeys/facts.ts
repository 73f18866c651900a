import { type Fields, type Filter, prepare, timezoneOf } from '@tributary/model';
import { type DisplayTypes, type Messages, renderText } from '../messages/index.ts';
import { type Answers, keptValue, type People, type Person, type RecordedActivity } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { type Choices, loadChoices } from './choices.ts';
import type { RunFacts } from './engine/advance.ts';
import { sinceOf } from './engine/moment.ts';
import type { RunState } from './engine/run-state.ts';
import { readAs } from './setting.ts';
import { listWinners } from './store/choice.sql.ts';
import { listDone } from './store/done.sql.ts';
import type { JourneyState } from './store/journey.sql.ts';
import { ARCHIVED } from './store/objection.sql.ts';
import { lockDone } from './store/run.sql.ts';
import { isOff, type Version } from './versions.ts';

/** A run in hand, with the version it goes by. */
export interface InHand {
  run: RunState;
  version: Version;
  /** Its journey's, which stays as it is while the run is in hand. */
  state: JourneyState;
  /** The version that is live: it says which shapes are switched off, for everybody inside. A try has its own alone. */
  live: Version | undefined;
}

/** Somebody who begins in a version, and since when what they do counts there. */
export interface Beginning {
  version: Version;
  personId: string;
  since: Date;
}

/** What is known of people who are held, before it is known which of their runs begin. */
export interface ReadAhead {
  people: ReadonlyMap<string, Person>;
  past: ReadonlyMap<string, RecordedActivity[]>;
}

/** Reads what runs of these versions look at first: while it is looked whether they may begin, and not after that. */
export async function readAhead(
  tx: Tx,
  o: { people: People },
  workspaceId: number,
  beginnings: readonly Beginning[],
): Promise<ReadAhead> {
  const [people, past] = await Promise.all([
    o.people.find(tx, workspaceId, [...new Set(beginnings.map(({ personId }) => personId))]),
    pastOf(tx, o, workspaceId, beginnings),
  ]);
  return { people, past };
}

/** What the engine looks at, read for all the runs in hand at once: a fixed number of statements, and one more for each version that asks what only the database knows. */
export interface Facts {
  of(inHand: InHand): RunFacts;
  person(run: RunState): Person | undefined;
  choices: Choices;
  /** A person has had a shape: runs of the same person that come later in the batch see it. */
  noteDone(run: RunState, shapeId: string): void;
}

export async function loadFacts(
  tx: Tx,
  o: { people: People; messages: Messages },
  workspaceId: number,
  inHand: readonly InHand[],
  { now, ahead }: { now: Date; ahead: ReadAhead | undefined },
): Promise<Facts> {
  const ids = [...new Set(inHand.map(({ run }) => run.personId))];
  const counted = inHand.filter(({ version }) => version.counted.length > 0);
  if (counted.length > 0) await lockDone(tx, [...new Set(counted.map(({ run }) => run.personId))]);
  const journeyIds = (some: readonly InHand[]): number[] => [...new Set(some.map(({ version }) => version.journeyId))];
  const tested = inHand.filter(({ version }) => version.tested.length > 0);
  const people = ahead?.people ?? (await o.people.find(tx, workspaceId, ids));
  // Somebody may have become another a moment ago, whose news has not been heard yet.
  const current = (run: RunState): string => people.get(run.personId)?.id ?? run.personId;
  const countedPeople = counted.map(({ run }) => current(run));
  const [done, winners, past, answers, choices, schema, types] = await Promise.all([
    counted.length > 0 ? listDone(tx, countedPeople, journeyIds(counted)) : [],
    tested.length > 0 ? listWinners(tx, journeyIds(tested)) : [],
    ahead?.past ??
      pastOf(
        tx,
        o,
        workspaceId,
        inHand.map(({ run, version }) => ({ version, personId: current(run), since: sinceOf(run) })),
      ),
    answersOf(tx, o, workspaceId, inHand, current, now),
    loadChoices(tx, inHand),
    o.people.schema(tx, workspaceId),
    o.messages.displayTypes(tx, workspaceId),
  ]);
  const lastDone = new Map(done.map((row) => [doneKey(row.journeyId, row.shapeId, row.personId), row.doneAt]));
  const winnerOf = new Map(winners.map((row) => [`${row.journeyId}/${row.shapeId}`, row.variant]));
  return {
    person: (run) => people.get(run.personId),
    choices,
    noteDone: (run, shapeId) => void lastDone.set(doneKey(run.journeyId, shapeId, current(run)), now),
    of({ run, version, state, live }) {
      const person = people.get(run.personId);
      const known = answers.get(version)?.get(current(run));
      const fields: Fields = person ? { ...person.fields, ...(person.tags.length > 0 && { tags: person.tags }) } : {};
      return {
        fields,
        timezone: timezoneOf(fields, types.timezone),
        gone: whyGone(person) ?? (state === 'archived' ? ARCHIVED : undefined),
        paused: state === 'paused' && !run.test,
        off: (shapeId) => isOff(shapeId, { own: version, live }),
        activities: past.get(current(run)) ?? [],
        known: known && answering(version.outside, known),
        lookAgain: earliest(known?.next, boundaryOnEntry(version, run, now)),
        now,
        listens: version.listens,
        goalListens: version.goalListens,
        lastDone: (shapeId) => (run.test ? undefined : lastDone.get(doneKey(run.journeyId, shapeId, current(run)))),
        choose: (shapeId, parts, how) => choices.choose(run, shapeId, parts, how),
        winner: (shapeId) => winnerOf.get(`${run.journeyId}/${shapeId}`),
        read: (fieldId, text) => readAs(fieldId, text, types.field(fieldId)),
        kept: (fieldId, value) => keptValue(fieldId, value, schema),
        render: (text, of) => renderFor(run, version, { fields: of, now }, text, types),
      };
    },
  };
}

const doneKey = (journeyId: number, shapeId: string, personId: string): string => `${journeyId}/${shapeId}/${personId}`;

function whyGone(person: Person | undefined): string | undefined {
  if (!person) return 'the person was deleted';
  return person.archivedAt ? 'the person was archived' : undefined;
}

/** What people did since their runs began, of what their journeys ask about. */
async function pastOf(
  tx: Tx,
  { people }: { people: People },
  workspaceId: number,
  beginnings: readonly Beginning[],
): Promise<Map<string, RecordedActivity[]>> {
  const asks = [...new Set(beginnings.flatMap(({ version }) => version.asks))];
  const past = new Map<string, RecordedActivity[]>();
  if (asks.length === 0) return past;
  for (const activity of await people.activitiesSince(tx, workspaceId, beginnings, asks)) {
    const own = past.get(activity.personId);
    if (own) own.push(activity);
    else past.set(activity.personId, [activity]);
  }
  return past;
}

/** What only the database knows, asked version by version, so that the statement is one that it has planned before. */
async function answersOf(
  tx: Tx,
  { people }: { people: People },
  workspaceId: number,
  inHand: readonly InHand[],
  current: (run: RunState) => string,
  now: Date,
): Promise<Map<Version, Map<string, Answers>>> {
  const answers = new Map<Version, Map<string, Answers>>();
  for (const version of new Set(inHand.map((each) => each.version))) {
    const { outside, timed } = version;
    if (outside.length + timed.length === 0) continue;
    const own = inHand.filter((each) => each.version === version);
    const asked = [...new Set(own.map(({ run }) => current(run)))];
    const question = { workspaceId, people: asked, filters: outside, timed, now, withoutMachines: true };
    answers.set(version, await people.filters.ask(tx, question));
  }
  return answers;
}

/** When time may change an answer about what a run began with, which the database is not asked. */
function boundaryOnEntry({ timedOnEntry }: Version, { entry }: RunState, now: Date): Date | undefined {
  const next = Math.min(...timedOnEntry.map((condition) => prepare(condition).next({ fields: {}, entry, now })));
  return Number.isFinite(next) ? new Date(next) : undefined;
}

function earliest(...moments: readonly (Date | null | undefined)[]): Date | undefined {
  return moments.flatMap((at) => at ?? []).sort((a, b) => a.getTime() - b.getTime())[0];
}

function answering(outside: readonly Filter[], { holds }: Answers): (condition: Filter) => boolean | undefined {
  return (condition) => {
    const place = outside.indexOf(condition);
    return place < 0 ? undefined : holds[place];
  };
}

function renderFor(
  { entry }: RunState,
  { trigger }: Version,
  { fields, now }: { fields: Fields; now: Date },
  text: string,
  types: DisplayTypes,
): string {
  return renderText(text, { person: { fields }, entry, entryActivityId: trigger?.activity, now }, types);
}
