import type { declaredIds, JourneyDefinition, Problem, Template, Value } from '@tributary/model';
import type { Audiences } from '../../audiences/index.ts';
import { type Messages, renderText } from '../../messages/index.ts';
import { normal, type People, type Schema } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { loadNames } from '../explain/names.ts';
import { readAs } from '../setting.ts';
import { listChoices, listWinners } from '../store/choice.sql.ts';
import { listDone } from '../store/done.sql.ts';
import { listSplitCounts, type WholeJourney } from '../store/trial.sql.ts';
import { templatesIn } from '../templates.ts';
import { loadAnswers } from './answers.ts';
import { checkTaken, choosing, type Levelled } from './chance.ts';
import { chosenOn, simulateEvery, type TakenPath } from './every.ts';
import { checkGiven, checkScript } from './given.ts';
import { type GoingIn, goingIn } from './going-in.ts';
import type { SimulateInput } from './input.ts';
import { activitiesNamed, impliedEntry, loadTried, missingHere, type Tried } from './journey.ts';
import { making } from './make.ts';
import { loadSomebody, NOBODY, personTold } from './person.ts';
import type { Scene } from './scene.ts';
import { scriptFrom } from './script.ts';
import { loadSending, topicsIn } from './sending.ts';
import { simulate } from './simulate.ts';

export { type SimulateInput, simulateBody, simulateJourneyBody } from './input.ts';

/** What a simulation found, as it is answered. */
export interface Simulation {
  journey: Tried['told'];
  person: ReturnType<typeof personTold>;
  start: Date;
  until: Date;
  entry: GoingIn & { data: SimulateInput['entry'] };
  /** One, or where every way was asked for as many as chance can take; none where the person does not enter. */
  paths: TakenPath[];
  /** What the simulation could not know, and what the workspace does not have. */
  notes: string[];
}

type Declared = ReturnType<typeof declaredIds>;

const NOTHING: Declared = { activities: [], fields: [] };

/** Playing journeys through without anything being stored or sent. */
export interface Trials {
  /** `declared`: what will be there once the journey is pushed. */
  simulate(workspaceId: number, input: SimulateInput, declared?: Declared): Promise<Simulation>;
}

interface Of {
  db: Db;
  people: People;
  audiences: Audiences;
  messages: Messages;
  clock: Clock;
  /** The connectors that a workspace is connected by. */
  connected?: (workspaceId: number) => Promise<ReadonlySet<string>>;
  /** What is wrong with the steps that connectors are to take: they know. */
  actionProblems?: (shapes: Readonly<Record<string, unknown>>) => Problem[];
}

const DAY_MS = 24 * 3600 * 1000;

export function createTrials(o: Of): Trials {
  return {
    async simulate(workspaceId, input, more = NOTHING) {
      const declared = new Set(more.fields);
      const tried = await loadTried(o.db, workspaceId, input);
      const { version, existing } = tried;
      const { definition, trigger } = version;
      checkTaken(definition, input.take);
      checkShapes(definition, input.fail);
      const schema = await o.people.schema(o.db, workspaceId);
      const hasField = (id: string): boolean => schema.fields.has(id) || declared.has(id);
      checkGiven(input, hasField);
      const events = scriptFrom(input.events);
      const named = new Set([...more.activities, ...activitiesNamed(version)]);
      checkScript(events, { hasField, hasActivity: (id) => schema.activities.has(id) || named.has(id) });
      const somebody = await loadSomebody(o, workspaceId, input.person);
      const start = input.start === undefined ? o.clock.now() : new Date(input.start);
      const until = new Date(start.getTime() + input.days * DAY_MS);
      const names = await loadNames(o, workspaceId);
      const { fields, id: personId } = somebody;
      const entry = { ...impliedEntry(tried), ...input.entry };
      const answers = await loadAnswers({ ...o, names }, workspaceId, {
        ...{ definition, personId, fields, assume: input.assume, now: start, topics: topicsIn(definition) },
      });
      const { sending, notes: supposed } = await loadSending(o, workspaceId, {
        ...{ definition, somebody, assume: input.assume, start },
      });
      const going = await goingIn(o, workspaceId, {
        ...{ tried, somebody, entry, start, names, answers },
        anyway: input.anyway,
      });
      const types = await o.messages.displayTypes(o.db, workspaceId);
      const templates = await templatesFor(o, workspaceId, definition, input.templates);
      const past = await pastOf(o.db, existing, personId);
      for (const { shape } of events) if (shape !== undefined) checkShapes(definition, { [shape]: '' });
      const scene = (take: SimulateInput['take']): Scene => ({
        ...{ version, personId: personId ?? NOBODY, fields, entry, start, until, events, names },
        fail: new Map(Object.entries(input.fail)),
        known: answers.known,
        choose: choosing({ definition, journeyId: version.journeyId, personId, take, levelled: past.levelled }),
        winner: (shapeId) => (Object.hasOwn(take, shapeId) ? undefined : past.winners.get(shapeId)),
        lastDone: (shapeId) => past.done.get(shapeId),
        touches: (activityId) => schema.activities.get(activityId)?.touch === true,
        kept: (fieldId, value) => keptOf(schema, declared, fieldId, value),
        read: (fieldId, text) => readAs(fieldId, text, types.field(fieldId)),
        sending,
        make: making({
          ...{ templates, types, entry, personId: personId ?? NOBODY },
          entryActivity: trigger?.activity,
          publicUrl: o.messages.publicUrl(),
        }),
        refused: (action) => refusedBy(o, action),
        render: (text, of, now) =>
          renderText(text, { person: { fields: of }, entry, entryActivityId: trigger?.activity, now }, types),
      });
      return {
        journey: tried.told,
        person: personTold(somebody),
        start,
        until,
        entry: { ...going, data: entry },
        paths: going.enters || input.anyway ? pathsOf(scene, input) : [],
        notes: [
          ...stateNotes(tried),
          ...(await missingHere(o, workspaceId, version)),
          ...answers.open.map((what) => `nothing is known of ${what}: taken as no, unless "assume" says otherwise`),
          ...supposed,
        ],
      };
    },
  };
}

function pathsOf(scene: (take: SimulateInput['take']) => Scene, { take, every }: SimulateInput): TakenPath[] {
  if (every) return simulateEvery((more) => scene({ ...take, ...more }));
  const path = simulate(scene(take));
  return [{ take: chosenOn(path), ...path }];
}

async function templatesFor(
  o: Of,
  workspaceId: number,
  definition: JourneyDefinition,
  given: Readonly<Record<string, Template>>,
): Promise<ReadonlyMap<string, Template>> {
  const named = [...new Set(templatesIn(definition).map(({ template }) => template))];
  const stored = await o.messages.templatesNamed(o.db, workspaceId, named);
  return new Map([...stored, ...Object.entries(given)]);
}

interface Past {
  levelled: Levelled;
  winners: ReadonlyMap<string, string>;
  done: ReadonlyMap<string, Date>;
}

/** What was before, of the journey that is there. */
async function pastOf(db: Db, journey: WholeJourney | undefined, personId: string | undefined): Promise<Past> {
  if (!journey) return { levelled: { chosen: new Map(), counts: new Map() }, winners: new Map(), done: new Map() };
  const people = personId === undefined ? [] : [personId];
  const counts = new Map<string, Map<string, number>>();
  for (const { shapeId, branch, people: n } of await listSplitCounts(db, journey.id)) {
    counts.set(shapeId, (counts.get(shapeId) ?? new Map<string, number>()).set(branch, n));
  }
  const chosen = await listChoices(db, people, [journey.id]);
  const done = await listDone(db, people, [journey.id]);
  const winners = await listWinners(db, [journey.id]);
  return {
    levelled: { chosen: new Map(chosen.map(({ shapeId, branch }) => [shapeId, branch])), counts },
    winners: new Map(winners.map(({ shapeId, variant }) => [shapeId, variant])),
    done: new Map(done.map(({ shapeId, doneAt }) => [shapeId, doneAt])),
  };
}

/** In the words in which the connector refuses it once it is asked. */
function refusedBy({ actionProblems }: Of, action: Parameters<Scene['refused']>[0]): string | undefined {
  const problems = actionProblems?.({ step: { kind: 'action', ...action } }) ?? [];
  const told = problems.map(({ at, problem }) => `${at.replace(/^shapes\.step\.(input\.)?/, '')}: ${problem}`);
  return told.length > 0 ? told.join('; ') : undefined;
}

/** As it would be refused when it is recorded. */
function keptOf(
  schema: Schema,
  declared: ReadonlySet<string>,
  fieldId: string,
  value: Value,
): ReturnType<Scene['kept']> {
  const field = schema.fields.get(fieldId);
  if (!field && !declared.has(fieldId)) return { problem: 'Object not found' };
  if (field?.readOnly) return { problem: 'is kept by the server' };
  return normal(fieldId, value);
}

function checkShapes({ shapes }: JourneyDefinition, named: Readonly<Record<string, string>>): void {
  for (const id of Object.keys(named)) {
    if (Object.hasOwn(shapes, id)) continue;
    throw new UserError(
      'simulation_wrong',
      `the journey has no shape "${id}": it has ${Object.keys(shapes).join(', ')}`,
    );
  }
}

function stateNotes({ existing, told }: Tried): string[] {
  if (!existing || told.given || existing.state === 'on') return [];
  return [`the journey is ${existing.state}: nobody enters it at the moment`];
}
