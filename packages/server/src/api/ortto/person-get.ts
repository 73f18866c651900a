import { publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { type FoundPerson, fieldIdsOf, type People, valuesOf } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { type Called, parse } from './call.ts';
import { inOrder } from './envelope.ts';
import { checkedFilter } from './filter.ts';
import { idsOf } from './ids.ts';
import { pageAsked, pageTold } from './paging.ts';
import { personGetBody, personGetByIdsBody } from './person-get.schema.ts';

const ACCOUNT = 'idt::o';

/** `POST /v1/person/get` and `/v1/person/get-by-ids` (Ortto help, a-258; recorded). */
export function personGetRoutes(app: FastifyInstance, o: { people: People; db: Db }): void {
  app.post('/person/get', async (request: Called) => {
    const body = parse(personGetBody, request.body);
    const archived = body.type === 'archived';
    // Ortto leaves filters out where archived people are asked for.
    const filter = archived
      ? undefined
      : await checkedFilter({ filters: o.people.filters, db: o.db }, request, body.filter);
    const asked = { archived, filter, q: body.q?.trim() || undefined };
    const page = await o.people.search.page(o.db, request.workspaceId, {
      ...asked,
      ...pageAsked(request, body, 'person'),
    });
    const told = pageTold(body, { ...page, rows: page.people }, 'person');
    if (page.people.length === 0) {
      const meta = { total_contacts: 0, total_organizations: 0, total_matches: 0, total_subscribers: 0 };
      return { contacts: null, meta, ...told };
    }
    const [all, matching] = await Promise.all([
      o.people.search.count(o.db, request.workspaceId, {}),
      page.matching ?? o.people.search.count(o.db, request.workspaceId, asked),
    ]);
    return {
      contacts: page.people.map((person) => shown(person, body.fields)),
      meta: {
        total_contacts: all.people,
        total_organizations: 0,
        total_matches: matching.people,
        total_subscribers: matching.subscribers,
      },
      ...told,
    };
  });

  app.post('/person/get-by-ids', async (request: Called) => {
    const body = parse(personGetByIdsBody, request.body);
    const ids = idsOf(request, body.contact_ids);
    const found = await o.people.search.byIds(o.db, request.workspaceId, ids);
    return {
      contacts: Object.fromEntries([...found].map(([id, person]) => [publicId(id), shown(person, body.fields)])),
    };
  });
}

/** Without a list of fields, all that are there. The account is told of in any case (recorded). */
function shown(person: FoundPerson, fields: readonly string[] | null | undefined) {
  const values = valuesOf(person, fields ? [...fields, ACCOUNT] : fieldIdsOf(person));
  return { id: publicId(person.id), fields: inOrder(values) };
}
