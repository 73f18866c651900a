import { internalId, publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { type Duplicate, type Merge, type People, type Person, personIdFrom } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { parse } from '../ortto/call.ts';
import { page, pairBody, separateBody, uniteBody } from './identity.schema.ts';
import { byOf } from './keyed.ts';

type Of = { Params: { id: string } };

/** Who is who: uniting two people, separating them, and those who may be one. docs/identity.md has examples. */
export function identityRoutes(app: FastifyInstance, o: { db: Db; people: People }): void {
  const { identity } = o.people;

  app.post<Of>('/people/:id/unite', async (request) => {
    const survivor = personId(request.params.id);
    const absorbed = personId(parse(uniteBody, request.body).absorb);
    const people = [survivor, absorbed] as const;
    return mergeTold(await identity.unite(request.workspaceId, { people, survivor, by: byOf(request) }));
  });

  app.post('/people/unite', async (request) => {
    const [one, two] = parse(pairBody, request.body).people.map(personId) as [string, string];
    return mergeTold(await identity.unite(request.workspaceId, { people: [one, two], by: byOf(request) }));
  });

  app.post<Of>('/people/:id/separate', async (request) => {
    const survivor = personId(request.params.id);
    const given = parse(separateBody, request.body).merge_id;
    const mergeId = internalId(given, 'merge');
    if (mergeId === undefined) throw new UserError('bad_request', `merge_id: "${given}" is not the id of a merge`);
    return mergeTold(await identity.separate(request.workspaceId, { survivor, mergeId, by: byOf(request) }));
  });

  app.get<Of>('/people/:id/merges', async (request) => ({
    merges: (await identity.merges(o.db, request.workspaceId, personId(request.params.id))).map(mergeTold),
  }));

  app.get('/people/duplicates', async (request) => {
    const { limit, offset } = parse(page, request.query);
    const rows = await identity.duplicates(o.db, request.workspaceId, { limit: limit + 1, offset });
    const shown = rows.slice(0, limit);
    const people = await o.people.find(o.db, request.workspaceId, [...new Set(shown.flatMap((row) => row.people))]);
    return {
      duplicates: shown.map((row) => duplicateTold(row, people)),
      has_more: rows.length > limit,
      ...(rows.length > limit ? { next_offset: offset + limit } : {}),
    };
  });

  app.post('/people/duplicates/dismiss', async (request) => {
    const [one, two] = parse(pairBody, request.body).people.map(personId) as [string, string];
    if (!(await identity.dismiss(request.workspaceId, [one, two]))) {
      throw new UserError('duplicate_not_found', 'nothing says that these two are one', 404);
    }
    return { dismissed: true };
  });
}

function personId(outside: string): string {
  const id = personIdFrom(outside);
  if (id === undefined)
    throw new UserError('bad_request', `"${outside}" is not a person id (24 hex digits that begin with 00)`);
  return id;
}

function mergeTold(merge: Merge) {
  return {
    merge_id: publicId(merge.mergeId, 'merge'),
    person_id: publicId(merge.survivor),
    absorbed_id: publicId(merge.absorbed),
    reason: merge.reason,
    by: merge.askedBy,
    merged_at: merge.mergedAt.toISOString(),
    separable_until: merge.separableUntil.toISOString(),
    separated_at: merge.separatedAt?.toISOString() ?? null,
  };
}

function duplicateTold(row: Duplicate, people: ReadonlyMap<string, Person>) {
  return {
    people: row.people.map((id) => ({ person_id: publicId(id), fields: people.get(id)?.fields ?? {} })),
    fields: row.fields,
    times: row.times,
    first_seen_at: row.firstSeenAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
  };
}
