import { createHash } from 'node:crypto';
import { NO_ID, publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { type Audiences, publicAudienceId, type SizedAudience, type Subscriptions } from '../../audiences/index.ts';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { audiencesGetBody, subscribeBody, subscriptionsBody } from './audiences.schema.ts';
import { type Called, parse } from './call.ts';
import { JSON_TYPE } from './envelope.ts';
import { checkedId, idsOf } from './ids.ts';
import { NOBODY } from './who.ts';

const LIMIT_MAX = 40;
/** "Never", as Go writes it. */
const NEVER = '0001-01-01T00:00:00Z';

/** `audiences/get`, `audience/subscribe` and `person/subscriptions` (recorded). */
export function audienceRoutes(app: FastifyInstance, o: { db: Db; people: People; audiences: Audiences }): void {
  app.post('/audiences/get', async (request: Called, reply) => {
    const body = parse(audiencesGetBody, request.body);
    const limit = body.limit && body.limit >= 1 && body.limit <= LIMIT_MAX ? Math.floor(body.limit) : LIMIT_MAX;
    const found = await o.audiences.list(request.workspaceId, {
      archived: body.archived ?? false,
      ...(body.search_term ? { search: body.search_term } : {}),
      limit,
      offset: body.offset ?? 0,
    });
    const shown = found.map((audience) => shownAudience(audience, request.instance, body.with_filter === true));
    // Nothing is "null", not an empty list. Said here, for Fastify answers null with no body at all.
    return reply.type(JSON_TYPE).send(shown.length > 0 ? shown : 'null\n');
  });

  app.put('/audience/subscribe', async (request: Called) => {
    const body = parse(subscribeBody, request.body);
    const audienceId = checkedId(request, body.audience_id);
    const ids = await findWho(o, request, body.people);
    const sayings = body.people.flatMap(({ subscribed, sms_opted_in }, i) => {
      const personId = ids[i];
      return personId ? [{ personId, subscribed: subscribed ?? undefined, smsOptedIn: sms_opted_in ?? undefined }] : [];
    });
    const said = await o.audiences.subscribe(request.workspaceId, audienceId, sayings);
    return {
      audience_id: audienceId,
      people: body.people.map((who, i) => {
        const subscribed = ids[i] === undefined ? undefined : said.get(ids[i]);
        if (subscribed === undefined) return { person_status: 'not-found', status: 'unsubscribed' };
        return {
          person_status: how(who),
          status: subscribed ? 'subscribed' : 'unsubscribed',
          // Only of somebody who was not named by it (recorded).
          ...(who.person_id ? {} : { person_id: publicId(ids[i]!) }),
        };
      }),
    };
  });

  app.post('/person/subscriptions', async (request: Called) => {
    const body = parse(subscriptionsBody, request.body);
    const ids = await findWho(o, request, body.people);
    const known = ids.filter((id) => id !== undefined);
    const found = await o.audiences.subscriptionsOf(o.db, request.workspaceId, [...new Set(known)]);
    return { people: body.people.map((who, i) => shownPerson(who, ids[i] ? found.get(ids[i]) : undefined)) };
  });
}

interface Who {
  person_id?: string | null | undefined;
  email?: string | null | undefined;
  external_id?: string | null | undefined;
}

function findWho({ db, people }: { db: Db; people: People }, request: Called, named: readonly Who[]) {
  const asked = named.map(({ person_id, email, external_id }) => ({
    personId: person_id ? (idsOf(request, [person_id])[0] ?? NOBODY) : undefined,
    email,
    externalId: external_id,
  }));
  return people.findNamed(db, request.workspaceId, asked);
}

/** As Ortto says how somebody was found (recorded). */
function how({ person_id }: Who): string {
  return person_id ? 'by-id' : 'merged';
}

/** Without anybody it says so, in our words. */
function shownPerson(who: Who, found: Subscriptions | undefined) {
  if (!found) return { person_status: 'not-found', ...(who.email ? { email: who.email } : {}), subscriptions: [] };
  const { person, audiences } = found;
  const email = person.fields['str::email'];
  return {
    person_status: how(who),
    person_id: publicId(person.id),
    ...(email ? { email } : {}),
    subscriptions: audiences.map((audience) => ({
      audience_id: audience.audienceId,
      audience_name: audience.name,
      member_from: audience.since.toISOString(),
      subscribed: audience.subscribed,
      subscribed_from: audience.subscribedAt?.toISOString() ?? NEVER,
      sms_opted_in: audience.smsOptedIn,
      ...noOtherChannels,
    })),
    email_permissions: person.fields['bol::p'] === true,
    sms_permissions: person.fields['bol::sp'] === true,
    ios_permissions: false,
    android_permissions: false,
    web_permissions: false,
  };
}

/** Channels that are not here. */
const noOtherChannels = {
  whatsapp_opted_in: false,
  ios_opted_in: false,
  android_opted_in: false,
  web_opted_in: false,
};

function shownAudience(audience: SizedAudience, instance: string, withFilter: boolean) {
  return {
    id: publicAudienceId(audience),
    instance_id: instance,
    folder_id: NO_ID,
    data_source_id: NO_ID,
    icon_id: '',
    type: 'permanent',
    building: audience.building,
    ready: audience.ready,
    is_public: audience.isPublic,
    sms_is_public: audience.smsIsPublic,
    whatsapp_is_public: false,
    ...(withFilter ? { filter: audience.filter } : {}),
    filter_sha: createHash('sha1').update(JSON.stringify(audience.filter)).digest('hex'),
    last_built_at: audience.lastBuiltAt?.toISOString() ?? NEVER,
    created: audience.createdAt.toISOString(),
    edited_at: audience.editedAt.toISOString(),
    name: audience.name,
    public_name: audience.publicName,
    public_description: audience.publicDescription,
    template_id: NO_ID,
    exit_selection: audience.exitFilter ?? {},
    members: audience.members,
    subscribers: audience.subscribers,
    sms_opted_in: audience.smsOptedIn,
    added_last_30_days: audience.added,
    engagement: 0,
    revenue: 0,
    is_cold: false,
  };
}
