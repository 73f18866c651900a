import { NO_ID, publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { type FoundPerson, fieldIdsOf, type People, personIdFrom, valuesOf } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from './call.ts';
import { checkedFilter } from './filter.ts';
import { personGetBody, personGetByIdsBody } from './person-get.schema.ts';

const LIMIT = 50;
const LIMIT_MAX = 500;

interface Reading {
  people: People;
  db: Db;
  /** As Ortto's error messages name an account. */
  instance: string;
}

/** `POST /v1/person/get` and `/v1/person/get-by-ids` (Ortto help, a-258; recorded). */
export function personGetRoutes(app: FastifyInstance, o: Reading): void {
  app.post('/person/get', async (request: Called) => {
    const body = parse(personGetBody, request.body);
    const archived = body.type === 'archived';
    // Ortto leaves filters out where archived people are asked for.
    const filter = archived ? undefined : await checkedFilter(o, request.workspaceId, body.filter);
    const limit = body.limit && body.limit >= 1 && body.limit <= LIMIT_MAX ? Math.floor(body.limit) : LIMIT;
    const offset = body.offset ?? 0;
    const asked = { archived, filter, q: body.q?.trim() || undefined };
    const page = await o.people.search.page(o.db, request.workspaceId, {
      ...asked,
      limit,
      offset,
      after: cursorOf(o, body.cursor_id),
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
      o.people.search.count(o.db, request.workspaceId, asked),
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
    const ids = body.contact_ids.map((id) => idFrom(o, id));
    const found = await o.people.search.byIds(o.db, request.workspaceId, ids);
    return {
      contacts: Object.fromEntries([...found].map(([id, person]) => [publicId(id), shown(person, body.fields)])),
    };
  });
}

/** Without a list of fields, all that are there. */
function shown(person: FoundPerson, fields: readonly string[] | null | undefined) {
  return { id: publicId(person.id), fields: valuesOf(person, fields ?? fieldIdsOf(person)) };
}

function cursorOf(o: Reading, cursor: string | null | undefined): string | undefined {
  return cursor && cursor !== NO_ID ? idFrom(o, cursor) : undefined;
}

/** Ortto's words (recorded); the length counts the quotes of the JSON. */
function idFrom({ instance }: Reading, id: string): string {
  const inside = personIdFrom(id);
  if (inside !== undefined) return inside;
  throw new UserError(
    'bad_request',
    `${instance}: Failed to parse request cannot unmarshal into an ID, the length must be 12 or 24 + 2 for hex but it is ${id.length + 2}: Object not found`,
  );
}
