import { askedAbout, conditionsOf, type Facts, type Filter, leafOf } from '@tributary/model';
import type { People } from '../people/index.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import type { Asked } from './concerned.ts';
import { filtersOf, isAboutJourneys } from './definition.ts';
import type { LiveAudience } from './live.ts';
import { listAnswers } from './store/answers.sql.ts';

/** What an audience asks about, by ids outside. */
export interface AskingAudience {
  id: string;
  name: string;
  audiences: readonly string[];
  journeys: readonly string[];
}

/** What the room of the journeys says to what audiences ask about them. */
export interface JourneysAsked {
  /** Those of these ids that are of no journey. */
  missing(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<string[]>;
  /**
   * What is wrong with this audience, where it and journeys that people enter by it would set each other off for ever.
   * `audiences` are all there would be; the transaction holds the workspace's lock.
   */
  circle(tx: Tx, workspaceId: number, audiences: readonly AskingAudience[], id: string): Promise<string | undefined>;
}

/** What a person is to the journeys that audiences ask about. */
export type ToJourneys = NonNullable<Facts['member']>;

/**
 * Asks, of those of these people whom it may matter for, all that these audiences ask about journeys: with one statement,
 * and with none where it matters for nobody. `judging` in the order of their levels.
 */
export async function toJourneys(
  tx: Tx,
  people: People,
  { workspaceId, now }: { workspaceId: number; now: Date },
  judging: readonly LiveAudience[],
  asked: Asked,
  who: readonly string[],
): Promise<Map<string, ToJourneys>> {
  const leading = leadingToJourneys(judging);
  const some = leading.size === 0 ? [] : who.filter((id) => [...asked.get(id)!].some((each) => leading.has(each)));
  if (some.length === 0) return new Map();
  const conditions = conditionsAmong(judging);
  const schema = await people.schema(tx, workspaceId);
  const answers = await listAnswers(
    tx,
    workspaceId,
    some,
    [...conditions.values()].map(
      (condition) => (parameters) =>
        people.filters.condition(schema, condition, { workspaceId, now, parameters, each: true }),
    ),
  );
  const places = new Map([...conditions.keys()].map((name, i) => [name, i]));
  // Who is not there any more has been in none.
  const answeredBy =
    (holds: readonly boolean[] = []): ToJourneys =>
    (operator, id) =>
      holds[places.get(nameOf(operator, id))!] ?? false;
  return new Map(some.map((id) => [id, answeredBy(answers.get(id))]));
}

/** The audiences that ask about journeys, and those whose members may be asked about by them. */
function leadingToJourneys(inOrder: readonly LiveAudience[]): ReadonlySet<number> {
  const leading = new Set<number>();
  for (const { id, journeys, audiences } of inOrder.toReversed()) {
    if (journeys.size === 0 && !leading.has(id)) continue;
    leading.add(id);
    for (const below of audiences) leading.add(below);
  }
  return leading;
}

/** Each condition once, those of a kind together: so the statements that ask them are few. */
function conditionsAmong(audiences: readonly LiveAudience[]): Map<string, Filter> {
  const found = audiences
    .filter(({ journeys }) => journeys.size > 0)
    .flatMap(filtersOf)
    .flatMap(conditionsOf)
    .flatMap((condition): [string, Filter][] => {
      const leaf = leafOf(condition)!;
      return isAboutJourneys(leaf.operator) ? [[nameOf(leaf.operator, askedAbout(leaf) ?? ''), condition]] : [];
    });
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const nameOf = (operator: string, id: string): string => `${operator} ${id}`;
