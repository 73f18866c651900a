import { NO_ID, publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { type FoundPerson, fieldIdsOf, type People, valuesOf } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from './call.ts';
import { inOrder } from './envelope.ts';
import { checkedFilter } from './filter.ts';
import { idsOf } from './ids.ts';
import { personGetBody, personGetByIdsBody } from './person-get.schema.ts';

const LIMIT = 50;
const LIMIT_MAX = 500;
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
    const limit = body.limit && body.limit >= 1 && body.limit <= LIMIT_MAX ? Math.floor(body.limit) : LIMIT;
    const offset = body.offset ?? 0;
    const asked = { archived, filter, q: body.q?.trim() || undefined };
    const page = await o.people.search.page(o.db, request.workspaceId, {
      ...asked,
      limit,
      offset,
      after: cursorOf(request, body.cursor_id),
      sort: {
        fieldId: body.sort_by_field_id || undefined,
        order: body.sort_order === 'asc' ? 'asc' : 'desc',
      },
    });
    const last = page.people.at(-1);
    if (!last) {
      const meta = { total_contacts: 0, total_organizations: 0, total_matches: 0, total_subscribers: 0 };
      return { contacts: null, meta, offset, next_offset: offset, cursor_id: NO_ID, has_more: false };
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
      offset,
      next_offset: offset + page.people.length,
      cursor_id: publicId(last.id),
      has_more: page.more,
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

function cursorOf(request: Called, cursor: string | null | undefined): string | undefined {
  if (!cursor || cursor === NO_ID) return undefined;
  const [id] = idsOf(request, [cursor]);
  if (id === undefined) throw new UserError('bad_request', `cursor_id: "${cursor}" is not the id of a person`);
  return id;
}
