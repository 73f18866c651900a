import type { Fields, IntakeItem } from '@tributary/model';
import type { People, Person } from '../people/index.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import { publicAudienceId } from './definition.ts';
import { findOne, type Managing } from './manage.ts';
import { listSaid, listSubscriptions, type Said, type SubscriptionRow, upsertSaid } from './store/subscriber.sql.ts';
import { updateSaidSince } from './store/united.sql.ts';

/** What a person is told to say of an audience; what is not given stays. */
export interface Saying {
  personId: string;
  subscribed?: boolean | undefined;
  smsOptedIn?: boolean | undefined;
}

/** Who told us, and what their timelines say of it beside the audience. */
export interface ToldBy {
  source: string;
  attributes: Fields;
}

const API: ToldBy = { source: 'API', attributes: {} };

/**
 * Writes down what people say of an audience's mail and SMS, and tells their timelines what that changes. It makes
 * nobody a member (Ortto's documentation of the call). Returns, by person, whether they get its mail if they are one.
 */
export async function subscribe(
  tx: Tx,
  o: Managing,
  workspaceId: number,
  publicId: string,
  sayings: readonly Saying[],
  now: Date,
  by: ToldBy = API,
): Promise<Map<string, boolean>> {
  await o.live.lock(tx, workspaceId);
  const audience = await findOne(tx, workspaceId, publicId);
  // By whatever ids they are named: what is said for one who became somebody else, that one says.
  const found = await o.people.find(tx, workspaceId, [...new Set(sayings.map(({ personId }) => personId))]);
  const people = [...new Set([...found.values()].map(({ id }) => id))];
  const before = new Map((await listSaid(tx, audience.id, people)).map((said) => [said.personId, said]));
  const after = new Map<string, Said>();
  const since: { personId: string; mail: boolean; sms: boolean }[] = [];
  const items: IntakeItem[] = [];
  const about = { 'idt::a': publicId, 'str::an': audience.name, ...by.attributes };
  for (const { personId: asked, subscribed, smsOptedIn } of sayings) {
    const person = found.get(asked);
    if (!person) continue;
    const personId = person.id;
    const old = after.get(personId) ?? before.get(personId) ?? { personId, subscribed: null, smsOptedIn: null };
    const said = { personId, subscribed: subscribed ?? old.subscribed, smsOptedIn: smsOptedIn ?? old.smsOptedIn };
    after.set(personId, said);
    since.push({ personId, mail: subscribed !== undefined, sms: smsOptedIn !== undefined });
    const tell = (id: string): number =>
      items.push({ who: { personId }, fields: {}, source: by.source, activity: { id, attributes: about } });
    if (getsMail(person, said) !== getsMail(person, old)) tell(said.subscribed ? 'act::s-a' : 'act::u-a');
    if (getsSms(person, said) !== getsSms(person, old)) tell(said.smsOptedIn ? 'act::ois-a' : 'act::oos-a');
  }
  if (after.size > 0) {
    await upsertSaid(tx, { workspaceId, audienceId: audience.id, now }, [...after.values()]);
    await updateSaidSince(tx, audience.id, since);
  }
  if (items.length > 0) await o.people.recordIn(tx, workspaceId, items);
  const named = [...found].filter(([, { id }]) => after.has(id));
  return new Map(named.map(([asked, person]) => [asked, getsMail(person, after.get(person.id)!)]));
}

/** A person and the audiences they belong to. */
export interface Subscriptions {
  person: Person;
  audiences: {
    audienceId: string;
    name: string;
    since: Date;
    subscribed: boolean;
    subscribedAt: Date | undefined;
    smsOptedIn: boolean;
  }[];
}

export async function subscriptionsOf(
  db: Queryable,
  people: People,
  workspaceId: number,
  ids: readonly string[],
): Promise<Map<string, Subscriptions>> {
  const found = await people.find(db, workspaceId, ids);
  const rows = await listSubscriptions(db, workspaceId, [...new Set([...found.values()].map(({ id }) => id))]);
  return new Map(
    [...found].map(([asked, person]) => [
      asked,
      { person, audiences: rows.filter(({ personId }) => personId === person.id).map((row) => shown(person, row)) },
    ]),
  );
}

function shown(person: Person, row: SubscriptionRow): Subscriptions['audiences'][number] {
  return {
    audienceId: publicAudienceId({ id: row.audienceId, createdAt: row.audienceCreatedAt }),
    name: row.audienceName,
    since: row.since,
    subscribed: getsMail(person, row),
    // Whoever said nothing gets the mail since they belong.
    subscribedAt: getsMail(person, row) ? (row.subscribedAt ?? row.since) : undefined,
    smsOptedIn: getsSms(person, row),
  };
}

function getsMail({ fields }: Person, { subscribed }: { subscribed: boolean | null }): boolean {
  return fields['bol::p'] === true && subscribed !== false;
}

function getsSms({ fields }: Person, { smsOptedIn }: { smsOptedIn: boolean | null }): boolean {
  return fields['bol::sp'] === true && smsOptedIn !== false;
}
