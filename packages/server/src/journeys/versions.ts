import {
  conditionsOf,
  entryFiltersOf,
  type Filter,
  filtersOf,
  isActivityOperator,
  isMembershipOperator,
  type JourneyDefinition,
  journeyDefinition,
  leafOf,
  listensOf,
  objectId,
  occurredOf,
  PERSON_ID,
} from '@tributary/model';
import type { Queryable } from '../platform/database/pool.ts';
import { type EntryTrigger, triggerOf } from './entry/trigger.ts';
import { findVersion } from './store/journey.sql.ts';

/** A published version, with what follows from it. Versions never change but for the journey's name, so it is kept once read. */
export interface Version {
  journeyId: number;
  workspaceId: number;
  version: number;
  name: string;
  /** The journey's id on Ortto's wire, a "campaign". */
  campaignId: string;
  definition: JourneyDefinition;
  /** The activity that starts it, if one does. */
  trigger: EntryTrigger | undefined;
  /** The activities that can change the way of a run: what is read of a person's past. */
  asks: readonly string[];
  /** These and the fields that can: what a run listens to. */
  listens: readonly string[];
  goalListens: readonly string[];
  /** What is asked of a person who would enter, and of that the conditions that the database answers. */
  entryFilters: readonly Filter[];
  entryOutside: readonly Filter[];
  /** Conditions that are not answered by the person's fields and what happened in the run. */
  outside: readonly Filter[];
  /** Filters that time alone can make true or false; and of these the conditions on what a run began with. */
  timed: readonly Filter[];
  timedOnEntry: readonly Filter[];
  levelled: readonly string[];
  tested: readonly string[];
  /** Shapes that say how often one person may have them. */
  counted: readonly string[];
}

export interface Versions {
  get(db: Queryable, journeyId: number, version: number): Promise<Version>;
  /** A journey has another name: what was kept says the old one. */
  forget(): void;
}

export function createVersions(): Versions {
  const kept = new Map<string, Version>();
  return {
    async get(db, journeyId, version) {
      const key = `${journeyId}/${version}`;
      const known = kept.get(key);
      if (known) return known;
      const row = await findVersion(db, journeyId, version);
      if (!row) throw new Error(`journey ${journeyId} has no version ${version}`);
      const read = versionOf({ ...row, definition: journeyDefinition.parse(row.definition) });
      kept.set(key, read);
      return read;
    },
    forget: () => kept.clear(),
  };
}

/** A definition, with what follows from it. It has been checked. */
export function versionOf(row: {
  journeyId: number;
  version: number;
  workspaceId: number;
  name: string;
  createdAt: Date;
  definition: JourneyDefinition;
}): Version {
  const { journeyId, version, workspaceId, name, definition } = row;
  const listening = listensOf(definition);
  const shapesThat = (does: (shape: JourneyDefinition['shapes'][string]) => boolean): string[] =>
    Object.entries(definition.shapes).flatMap(([id, shape]) => (does(shape) ? [id] : []));
  // Of the filter kinds, entering the audience that is kept for it has asked already.
  const entryFilters = definition.entry.kind === 'filter' ? [] : entryFiltersOf(definition).map(({ filter }) => filter);
  const goal = definition.goal && listensOf({ ...definition, exits: [], shapes: {}, leave: undefined });
  return {
    journeyId,
    workspaceId,
    version,
    name,
    campaignId: objectId(row.createdAt, journeyId),
    definition,
    trigger: triggerOf(definition.entry),
    asks: listening.activities,
    listens: [...listening.activities, ...listening.fields],
    goalListens: goal ? [...goal.activities, ...goal.fields] : [],
    entryFilters,
    entryOutside: entryFilters.flatMap(conditionsOf).filter((condition) => isOutside(condition, 'entry')),
    outside: filtersOf(definition)
      .flatMap(({ filter }) => conditionsOf(filter))
      .filter((condition) => isOutside(condition, 'run')),
    timed: listening.timed.map(({ filter }) => filter),
    timedOnEntry: listening.timed
      .flatMap(({ filter }) => conditionsOf(filter))
      .filter((condition) => leafOf(condition)?.of === 'entry'),
    levelled: shapesThat((shape) => shape.kind === 'split' && shape.level),
    tested: shapesThat((shape) => shape.kind === 'ab'),
    counted: shapesThat((shape) => 'perPerson' in shape && shape.perPerson !== undefined),
  };
}

/** Whether a shape is switched off: the live version says for everybody inside, and of what that does not have, a run's own. */
export function isOff(
  shapeId: string,
  { own, live }: { own: Pick<Version, 'definition'>; live: Pick<Version, 'definition'> | undefined },
): boolean {
  return (live?.definition.shapes[shapeId] ?? own.definition.shapes[shapeId])?.off === true;
}

/** Membership, all that somebody ever did, and what the server keeps beside a person's fields. */
function isOutside(condition: Filter, asked: 'entry' | 'run'): boolean {
  const leaf = leafOf(condition);
  if (leaf?.of === 'entry') return false;
  if (!leaf || isMembershipOperator(leaf.operator)) return leaf !== undefined;
  if (isActivityOperator(leaf.operator)) return asked === 'entry' || leaf.ever === true;
  const { fieldId } = leaf;
  return (
    (!fieldId.includes(':') && fieldId !== 'tags') ||
    fieldId.startsWith('u4s:') ||
    fieldId === PERSON_ID ||
    occurredOf(fieldId) !== undefined
  );
}
