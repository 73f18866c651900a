import {
  askedAbout,
  conditionsOf,
  entryFiltersOf,
  type Fields,
  type Filter,
  filtersOf,
  isActivityOperator,
  isMembershipOperator,
  leafOf,
  type Names,
  occurredOf,
} from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { Version } from '../versions.ts';
import type { Scene } from './scene.ts';

/** Answers that a simulation can not find by itself. */
export interface SceneAnswers {
  known: Scene['known'];
  /** What nobody has an answer to, as it is called: taken as no. */
  open: string[];
}

const DENIALS = new Set([
  '$is_not_member_of',
  '$is_not_subscriber_of',
  '$is_opted_out',
  '$is_push_opted_out',
  '$act::has_not_occurred',
]);

export const AT_THE_BEGINNING = 'as the database had it at the beginning';
export const AS_ASSUMED = 'as is assumed';

/** Asks the database about a person who is there, at one moment; what is assumed goes over what it says. */
export async function loadAnswers(
  o: { db: Db; people: People; names: Names },
  workspaceId: number,
  of: {
    definition: Version['definition'];
    personId: string | undefined;
    fields: Fields;
    assume: Readonly<Record<string, boolean>>;
    now: Date;
    /** What else is asked of the database than conditions, and may be assumed: audiences that messages have as their topic. */
    topics?: readonly string[];
    /** Where answers of the database come from, in words. */
    source?: string;
  },
): Promise<SceneAnswers> {
  const asked = conditionsFor(of.definition);
  const assumed = assumptionsFor({ asked, topics: of.topics ?? [] }, of.assume, o.names);
  const found = new Map<Filter, boolean>();
  if (of.personId !== undefined) {
    const askable: Filter[] = [];
    for (const condition of asked) {
      // A field or an activity that is not there yet can not be asked about.
      if ((await o.people.filters.problems(o.db, workspaceId, condition)).length === 0) askable.push(condition);
    }
    const asAudience = new Set(askedAsAudience(of.definition));
    for (const withoutMachines of [true, false]) {
      const filters = askable.filter((condition) => asAudience.has(condition) !== withoutMachines);
      const answers = await o.people.filters.ask(o.db, {
        ...{ workspaceId, people: [of.personId], filters, timed: [], now: of.now, withoutMachines },
      });
      const holds = answers.get(of.personId)?.holds ?? [];
      for (const [i, condition] of filters.entries()) found.set(condition, holds[i] ?? false);
    }
  }
  const open = asked.filter((condition) => !assumed.has(condition) && !found.has(condition)).map(subjectOf);
  return {
    open: [...new Set(open.map((id) => o.names.group?.(id) ?? o.names.activity?.(id) ?? id))],
    known(condition, life) {
      const leaf = leafOf(condition);
      if (!leaf || !asked.includes(condition)) return undefined;
      const assumption = assumed.get(condition);
      const before = assumption ?? found.get(condition);
      const asFound = of.source ?? AT_THE_BEGINNING;
      const source = assumption === undefined ? asFound : AS_ASSUMED;
      const simple = leaf.body.count === undefined && leaf.body.timeframe === undefined;
      if (isActivityOperator(leaf.operator) && leaf.operator.endsWith('occurred') && simple) {
        const denies = DENIALS.has(leaf.operator);
        if (life.occurred(leaf)) return { holds: !denies, source: 'as it happened in the simulation' };
        return { holds: before ?? denies, source: before === undefined ? 'as nothing is known of it' : source };
      }
      return before === undefined ? undefined : { holds: before, source };
    },
  };
}

/** Who enters by a filter does so by an audience, for which what a machine did counts. */
function askedAsAudience(definition: Version['definition']): Filter[] {
  if (definition.entry.kind !== 'filter') return [];
  return entryFiltersOf(definition).flatMap(({ filter }) => conditionsOf(filter));
}

/** The conditions that are not answered by the person's fields and what happens in the run. */
function conditionsFor(definition: Version['definition']): Filter[] {
  const within = (filters: readonly { filter: Filter }[]) => filters.flatMap(({ filter }) => conditionsOf(filter));
  return [
    ...within(entryFiltersOf(definition)).filter((condition) => isOutside(condition, true)),
    ...within(filtersOf(definition)).filter((condition) => isOutside(condition, false)),
  ];
}

function isOutside(condition: Filter, before: boolean): boolean {
  const leaf = leafOf(condition);
  if (!leaf) return false;
  if (isMembershipOperator(leaf.operator)) return true;
  if (isActivityOperator(leaf.operator)) return before || leaf.ever === true;
  return occurredOf(leaf.fieldId) !== undefined;
}

/** What a condition asks about: an audience, a campaign, an activity or a field. */
function subjectOf(condition: Filter): string {
  const leaf = leafOf(condition)!;
  return isMembershipOperator(leaf.operator) ? (askedAbout(leaf) ?? '') : leaf.fieldId;
}

/** Whether this is what somebody calls a thing of these names. */
export function isCalled(what: string, names: readonly (string | undefined)[]): boolean {
  return names.some((name) => name !== undefined && name.toLowerCase() === what.toLowerCase());
}

function assumptionsFor(
  { asked, topics }: { asked: readonly Filter[]; topics: readonly string[] },
  assume: Readonly<Record<string, boolean>>,
  names: Names,
): Map<Filter, boolean> {
  const assumed = new Map<Filter, boolean>();
  const isAbout = (what: string, subject: string): boolean =>
    isCalled(what, [subject, names.group?.(subject), names.activity?.(subject)]);
  for (const [what, value] of Object.entries(assume)) {
    const about = asked.filter((condition) => isAbout(what, subjectOf(condition)));
    if (about.length === 0 && !topics.some((topic) => isAbout(what, topic))) {
      throw new UserError(
        'simulation_wrong',
        `assume: no condition and no topic of the journey needs an answer about "${what}" from the database`,
      );
    }
    for (const condition of about) {
      assumed.set(condition, DENIALS.has(leafOf(condition)!.operator) ? !value : value);
    }
  }
  return assumed;
}
