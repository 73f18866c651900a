import type { Fields } from '@tributary/model';

/** One of the permission activities, as a merge that changes `bol::p` or `bol::sp` emits them (recorded from Ortto). */
export interface PermissionChange {
  activityId: 'act::s-all' | 'act::u-all' | 'act::ros-all' | 'act::oos-all';
  attributes: Fields;
}

const permissions = [
  { field: 'bol::p', given: 'act::s-all', taken: 'act::u-all', givenContext: 'str::s-ctx', takenContext: 'str::u-ctx' },
  {
    field: 'bol::sp',
    given: 'act::ros-all',
    taken: 'act::oos-all',
    givenContext: 'str::soi-ctx',
    takenContext: 'str::soo-ctx',
  },
] as const;

/** What a person's permissions became: activities for the timeline, each with its source and context. */
export function permissionChanges(before: Fields, after: Fields, asked: Fields, source: string): PermissionChange[] {
  return permissions.flatMap(({ field, given, taken, givenContext, takenContext }) => {
    if (typeof asked[field] !== 'boolean' || before[field] === after[field]) return [];
    const gives = after[field] === true;
    const context = gives ? givenContext : takenContext;
    const said = asked[context] ?? `${gives ? 'Subscribed' : 'Unsubscribed'} via ${source}`;
    return [{ activityId: gives ? given : taken, attributes: { 'str::is': source, [context]: said } }];
  });
}

/** The permissions of a new person who was not asked: e-mail yes, SMS no (Ortto help, a-257). */
export function withDefaultPermissions(fields: Fields): Fields {
  return { 'bol::p': true, 'bol::sp': false, ...fields };
}
