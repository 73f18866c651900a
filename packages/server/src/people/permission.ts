import type { Fields, IntakeItem } from '@tributary/model';

/** One of the permission activities, as a merge that changes `bol::p` or `bol::sp` emits them (recorded from Ortto). */
export interface PermissionChange {
  activityId: 'act::s-all' | 'act::u-all' | 'act::ros-all' | 'act::oos-all';
  attributes: Fields;
  /** What it sets beside the permission itself: the context, and the moment. */
  fields: Fields;
}

/** The moments of the e-mail permission, `s` and `u`, are columns of the person. */
const permissions = [
  {
    field: 'bol::p',
    given: 'act::s-all',
    taken: 'act::u-all',
    givenContext: 'str::s-ctx',
    takenContext: 'str::u-ctx',
    givenAt: undefined,
    takenAt: undefined,
  },
  {
    field: 'bol::sp',
    given: 'act::ros-all',
    taken: 'act::oos-all',
    givenContext: 'str::soi-ctx',
    takenContext: 'str::soo-ctx',
    givenAt: 'o',
    takenAt: 'tme::soo',
  },
] as const;

/**
 * What a person's permissions became: activities for the timeline, each with its source and context, and with the
 * address it came from where that is known, for consent has to be proved. The contexts' defaults are Ortto's (a-257).
 */
export function permissionChanges(before: Fields, after: Fields, asked: IntakeItem, now: Date): PermissionChange[] {
  const { source, location } = asked;
  return permissions.flatMap(({ field, given, taken, givenContext, takenContext, givenAt, takenAt }) => {
    // Cleared is taken away.
    const lost = before[field] === true && after[field] !== true;
    if ((typeof asked.fields[field] !== 'boolean' && !lost) || before[field] === after[field]) return [];
    const gives = after[field] === true;
    const context = gives ? givenContext : takenContext;
    const said =
      asked.fields[context] ??
      asked.activity?.attributes[context] ??
      `${gives ? 'Subscribed' : 'Unsubscribed'} via ${source}`;
    const at = gives ? givenAt : takenAt;
    return [
      {
        activityId: gives ? given : taken,
        attributes: { 'str::is': source, [context]: said, ...(location?.ip ? { 'str::ip': location.ip } : {}) },
        fields: { [context]: said, ...(at ? { [at]: now.toISOString() } : {}) },
      },
    ];
  });
}

/** The permissions that are refused once more, by somebody who has none of them already. */
export function refusedAgain(before: Fields, asked: IntakeItem): string[] {
  if ((asked.strategy ?? 2) !== 2) return [];
  return permissions.map(({ field }) => field).filter((id) => before[id] === false && asked.fields[id] === false);
}

/** The permissions of a new person who was not asked: e-mail yes, SMS no (Ortto help, a-257). `null` says nothing. */
export function withDefaultPermissions(fields: Fields): Fields {
  const { 'bol::p': email, 'bol::sp': sms, ...rest } = fields;
  return { 'bol::p': email ?? true, 'bol::sp': sms ?? false, ...rest };
}
