import { objectId, objectNumber } from '@tributary/model';
import type { JourneysAsked } from '../audiences/index.ts';
import type { Filters, MembershipSql } from '../people/index.ts';
import { circleOfAudience } from './entry/circle.ts';
import { findJourneys } from './store/journey.sql.ts';

/** Keeps the database from reading all runs of the journey for the sake of a few people. */
const ONE_BY_ONE = ' offset 0';

/**
 * Answers what filters ask about journeys, which they call campaigns. Tries do not count, and neither do those who are
 * held out of the whole journey: they were never in it. Whom a step holds out has begun it, and left.
 */
export function registerMembership(filters: Filters): void {
  const operators = ['$has_started_campaign', '$is_member_of_campaign', '$has_left_campaign'] as const;
  const sql: MembershipSql = ({ operator, id, workspaceId, each }, parameters) => {
    const which = {
      $has_started_campaign: '',
      $is_member_of_campaign: ' and cr.left_at is null',
      $has_left_campaign: ' and cr.left_at is not null',
    }[operator as (typeof operators)[number]];
    return `exists (select from run cr where cr.person_id = p.id
      and cr.journey_id = ${parameters.add(objectNumber(id) ?? 0, 'int')}
      and cr.workspace_id = ${parameters.add(workspaceId, 'int')} and not cr.test and not (cr.held_out and cr.shape_id is null)${which}${each ? ONE_BY_ONE : ''})`;
  };
  filters.register(operators, { what: 'journey', sql, missing: journeysAsked.missing });
}

/** What audiences may ask about journeys. */
export const journeysAsked: JourneysAsked = {
  async missing(db, workspaceId, ids) {
    if (ids.length === 0) return [];
    const found = await findJourneys(db, workspaceId, { ids: ids.flatMap((id) => objectNumber(id) ?? []) });
    const there = new Set(found.map(({ id, createdAt }) => objectId(createdAt, id)));
    return ids.filter((id) => !there.has(id));
  },
  circle: circleOfAudience,
};
