import { askedAbout, type Filter, groupOf, isMembershipOperator, leafOf, leavesOf, objectId } from '@tributary/model';

/** An audience as it is stored. */
export interface AudienceRow {
  id: number;
  workspaceId: number;
  name: string;
  filter: Filter;
  exitFilter: Filter | null;
  publicName: string;
  publicDescription: string;
  isPublic: boolean;
  smsIsPublic: boolean;
  building: boolean;
  buildDone: number;
  buildTotal: number;
  ready: boolean;
  /** While it is first built, nobody is told of who belongs. */
  quiet: boolean;
  /** Kept for another room, and seen by nobody. */
  hidden: boolean;
  members: number;
  createdAt: Date;
  editedAt: Date;
  lastBuiltAt: Date | null;
  archivedAt: Date | null;
}

/** The filters by which people enter and leave an audience. */
export function filtersOf({ filter, exitFilter }: Pick<AudienceRow, 'filter' | 'exitFilter'>): Filter[] {
  return exitFilter ? [filter, exitFilter] : [filter];
}

/** An audience's id outside: 24 hex digits, like an ObjectId. */
export function publicAudienceId({ id, createdAt }: { id: number; createdAt: Date }): string {
  return objectId(createdAt, id);
}

/** Conditions about audiences, as they stand in filters. */
const ABOUT_MEMBERS = ['$is_member_of', '$is_not_member_of'] as const;
const ABOUT_SUBSCRIBERS = ['$is_subscriber_of', '$is_not_subscriber_of', '$is_opted_in', '$is_opted_out'] as const;
export const audienceOperators = [...ABOUT_MEMBERS, ...ABOUT_SUBSCRIBERS];

/** Whether a condition is about who belongs to an audience. */
export const isAboutMembers = (operator: string): boolean => ABOUT_MEMBERS.some((name) => name === operator);

/** Whether a condition is about who is or was in a journey: beginning one and leaving one changes its answer. */
export function isAboutJourneys(operator: string): boolean {
  return isMembershipOperator(operator) && operator.endsWith('_campaign');
}

/** The journeys that a filter asks about, by their ids outside. */
export function journeysIn(filter: Filter): string[] {
  return leavesOf(filter).flatMap((leaf) => (isAboutJourneys(leaf.operator) ? (askedAbout(leaf) ?? []) : []));
}

/** The audiences and the journeys that a filter asks about, by their ids outside. */
export function askedIn(filter: Filter): { audiences: string[]; journeys: string[] } {
  return { audiences: audiencesIn(filter).ids, journeys: journeysIn(filter) };
}

/** The audiences that a filter asks about, by their public ids, and whether it asks what people said of their mail. */
export function audiencesIn(filter: Filter): { ids: string[]; subscribers: boolean } {
  const group = groupOf(filter);
  if (group) {
    const parts = group.parts.map(audiencesIn);
    return { ids: parts.flatMap(({ ids }) => ids), subscribers: parts.some(({ subscribers }) => subscribers) };
  }
  const leaf = leafOf(filter);
  if (!leaf || !audienceOperators.some((operator) => operator === leaf.operator))
    return { ids: [], subscribers: false };
  return {
    ids: [askedAbout(leaf) ?? ''],
    subscribers: ABOUT_SUBSCRIBERS.some((operator) => operator === leaf.operator),
  };
}
