import { Readable } from 'node:stream';
import { type EntityKind, type Filter, internalId } from '@tributary/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Exports, Format } from '../../exports/index.ts';
import { kinds } from '../../imports/index.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import { type Called, parse } from '../ortto/call.ts';
import { exportActivities, exportProfiles } from './export-schemas.ts';

const types: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** `/api/exports`: streamed; who reads slowly is waited for, and who goes away is written to no more. */
export function exportRoutes(app: FastifyInstance, { exports }: { exports: Exports }): void {
  const profiles = (request: Called, of: EntityKind, format: Format) => {
    const { ids, filter, ...wanted } = parse(exportProfiles, asked(request));
    const which = { ids: idsFrom('ids', ids, of), filter: filterFrom(filter) };
    return exports.profiles(request.workspaceId, of, { ...wanted, ...which, format });
  };
  const activities = (request: Called, of: EntityKind, format: Format) => {
    const { from, to, filter, ...wanted } = parse(exportActivities[of], asked(request));
    const [named, ids] =
      'people' in wanted ? ['people', wanted.people] : ['accounts', 'accounts' in wanted ? wanted.accounts : undefined];
    return exports.activities(request.workspaceId, of, {
      ...wanted,
      format,
      filter: filterFrom(filter),
      from: from ? new Date(from) : undefined,
      to: to ? new Date(to) : undefined,
      ids: idsFrom(named, ids, of),
    });
  };
  for (const [what, { of, happened }] of Object.entries(kinds)) {
    for (const format of ['csv', 'ndjson'] as const) {
      const handler = async (request: Called, reply: FastifyReply) => {
        const text = await (happened ? activities : profiles)(request, of, format);
        reply.headers({
          'content-type': types[format],
          'content-disposition': `attachment; filename="${what}.${format}"`,
        });
        // Whoever asks for the head alone, to see whether it is there and what it is, has nothing read.
        return request.method === 'HEAD' ? reply.send() : reply.send(Readable.from(text, { objectMode: false }));
      };
      for (const method of ['GET', 'HEAD', 'POST'] as const)
        app.route({ method, url: `/exports/${what}.${format}`, exposeHeadRoute: false, handler });
    }
  }
}

/** In the query or, where it is long, in a body; of what is in both, the body's counts. */
function asked({ query, body }: Called): unknown {
  const isRead = typeof (body ?? {}) === 'object' && !Array.isArray(body);
  return isRead ? { ...(query as object), ...(body as object) } : body;
}

function idsFrom(named: string, ids: readonly string[] | undefined, kind: EntityKind): string[] | undefined {
  return ids?.map((outside) => {
    const id = internalId(outside, kind);
    const whose = kind === 'person' ? "a person's id" : 'the id of an account';
    if (!id) throw new UserError('bad_request', `${named}: "${outside}" is not ${whose}`);
    return id;
  });
}

/** Whether it is a right one, the filters say. */
function filterFrom(given: unknown): Filter | undefined {
  if (typeof given !== 'string') return given as Filter | undefined;
  try {
    return JSON.parse(given) as Filter;
  } catch (error) {
    throw new UserError('bad_request', `filter: not JSON: ${messageOf(error)}`);
  }
}
