import type { Filters } from '../people/index.ts';
import { journeyNumber } from './find.ts';

/**
 * Answers what filters ask about journeys, which they call campaigns. Tries do not count, and neither do those who are
 * held out: they are in no journey.
 */
export function registerMembership(filters: Filters): void {
  const operators = ['$has_started_campaign', '$is_member_of_campaign', '$has_left_campaign'] as const;
  filters.register(operators, ({ operator, id, workspaceId }, parameters) => {
    const which = {
      $has_started_campaign: '',
      $is_member_of_campaign: ' and cr.left_at is null',
      $has_left_campaign: ' and cr.left_at is not null',
    }[operator as (typeof operators)[number]];
    return `exists (select from run cr where cr.person_id = p.id
      and cr.journey_id = ${parameters.add(journeyNumber(id) ?? 0, 'int')}
      and cr.workspace_id = ${parameters.add(workspaceId, 'int')} and not cr.test and not cr.held_out${which})`;
  });
}
