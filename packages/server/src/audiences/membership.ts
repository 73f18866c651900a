import { type Facts, type Fields, objectNumber } from '@tributary/model';
import type { Filters, MembershipSql, Parameters } from '../people/index.ts';
import type { Queryable } from '../platform/database/pool.ts';
import type { ToJourneys } from './about-journeys.ts';
import { audienceOperators, isAboutJourneys, publicAudienceId } from './definition.ts';
import { findAudiences } from './store/audience.sql.ts';
import type { Said } from './store/subscriber.sql.ts';

/** Answers what filters ask about audiences. There is no push here, so nobody is opted in to it. */
export function registerMembership(filters: Filters): void {
  filters.register(audienceOperators, { what: 'audience', sql: membershipSql, missing: missingAtAll });
}

const membershipSql: MembershipSql = ({ operator, id, workspaceId }, parameters) => {
  const of = { workspaceId, id: objectNumber(id) ?? 0 };
  switch (operator) {
    case '$is_member_of':
      return member(of, parameters);
    case '$is_not_member_of':
      return `not ${member(of, parameters)}`;
    case '$is_subscriber_of':
      return subscriber(of, parameters, 'subscribed', 'bol::p');
    case '$is_not_subscriber_of':
      return `not ${subscriber(of, parameters, 'subscribed', 'bol::p')}`;
    case '$is_opted_in':
      return subscriber(of, parameters, 'sms_opted_in', 'bol::sp');
    default:
      return `not ${subscriber(of, parameters, 'sms_opted_in', 'bol::sp')}`;
  }
};

/** Those of these ids that are of no audience that somebody could see; who belonged to an archived one can be asked. */
async function missingAtAll(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<string[]> {
  const numbers = ids.flatMap((id) => objectNumber(id) ?? []);
  const found = await findAudiences(db, workspaceId, { ids: numbers, limit: numbers.length, offset: 0 });
  const there = new Set(found.map(publicAudienceId));
  return ids.filter((id) => !there.has(id));
}

/** The same answers for somebody of whom it is known where they belong, what they said, and what they are to journeys. */
export function membershipIn(person: {
  fields: Fields;
  members: ReadonlySet<number>;
  said: ReadonlyMap<number, Said> | undefined;
  toJourneys: ToJourneys | undefined;
}): NonNullable<Facts['member']> {
  const { fields, members, said, toJourneys } = person;
  const getsMail = (id: number): boolean =>
    fields['bol::p'] === true && members.has(id) && said?.get(id)?.subscribed !== false;
  const getsSms = (id: number): boolean =>
    fields['bol::sp'] === true && members.has(id) && said?.get(id)?.smsOptedIn !== false;
  return (operator, about) => {
    if (isAboutJourneys(operator)) return toJourneys!(operator, about);
    const id = objectNumber(about) ?? 0;
    switch (operator) {
      case '$is_member_of':
        return members.has(id);
      case '$is_not_member_of':
        return !members.has(id);
      case '$is_subscriber_of':
        return getsMail(id);
      case '$is_not_subscriber_of':
        return !getsMail(id);
      case '$is_opted_in':
        return getsSms(id);
      default:
        return !getsSms(id);
    }
  };
}

interface Of {
  workspaceId: number;
  id: number;
}

function member({ workspaceId, id }: Of, parameters: Parameters): string {
  return `exists (select from audience_member am where am.person_id = p.id
    and am.audience_id = ${parameters.add(id, 'int')} and am.workspace_id = ${parameters.add(workspaceId, 'int')})`;
}

/** A member who may be written to at all, and has not said no to this audience. */
function subscriber(of: Of, parameters: Parameters, said: 'subscribed' | 'sms_opted_in', permission: string): string {
  return `(coalesce((p.fields->>'${permission}')::boolean, false) and ${member(of, parameters)}
    and not exists (select from audience_subscriber s where s.person_id = p.id
      and s.audience_id = ${parameters.add(of.id, 'int')} and not s.${said}))`;
}
