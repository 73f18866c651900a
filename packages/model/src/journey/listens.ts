import { dependenciesOf } from '../filter/dependencies.ts';
import { leavesOf } from '../filter/matches.ts';
import { isMembershipOperator } from '../filter/operators/index.ts';
import { filtersOf, type JourneyDefinition, type PlacedFilter } from './journey.ts';
import { modelOf } from './shapes/index.ts';

/** What can change the way of a run while it waits. */
export interface Listening {
  activities: readonly string[];
  fields: readonly string[];
  /** The filters whose answer can change by the mere passing of time. */
  timed: readonly PlacedFilter[];
}

/** How messages and steps of connectors went. */
export const OUTCOMES = { done: ['act::s', 'act::sja'], failed: ['act::b', 'act::i', 'act::sk', 'act::fja'] } as const;
const MEMBERSHIP_CHANGES = ['act::enter-audience', 'act::leave-audience'];
const CAMPAIGN_CHANGES = ['act::ej', 'act::lj'];
const SUBSCRIPTION_CHANGES = ['act::s-a', 'act::u-a', 'act::ois-a', 'act::oos-a'];
const PERMISSIONS = ['bol::p', 'bol::sp'];

export function listensOf(journey: JourneyDefinition): Listening {
  const filters = filtersOf(journey);
  const asked = filters.map((placed) => ({ placed, of: dependenciesOf(placed.filter) }));
  const memberships = filters
    .flatMap(({ filter }) => leavesOf(filter))
    .map(({ operator }) => operator)
    .filter(isMembershipOperator);
  const waitsForOutcome = Object.values(journey.shapes).some(
    (step) => 'onFailure' in step && step.onFailure && step.onFailure !== 'skip',
  );
  const campaigns = memberships.filter((operator) => operator.includes('campaign'));
  const audiences = memberships.length > campaigns.length;
  return {
    activities: distinct([
      ...asked.flatMap(({ of }) => [...of.activities]),
      ...(audiences ? [...MEMBERSHIP_CHANGES, ...SUBSCRIPTION_CHANGES] : []),
      ...(campaigns.length > 0 ? CAMPAIGN_CHANGES : []),
      ...(waitsForOutcome ? [...OUTCOMES.done, ...OUTCOMES.failed] : []),
      ...(journey.leave?.unsubscribed ? ['act::u-all'] : []),
    ]),
    fields: distinct([
      ...asked.flatMap(({ of }) => [...of.fields]),
      ...Object.values(journey.shapes).flatMap((step) => modelOf(step).fields?.(step) ?? []),
      ...(audiences ? PERMISSIONS : []),
    ]),
    timed: asked.filter(({ of }) => of.time).map(({ placed }) => placed),
  };
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
