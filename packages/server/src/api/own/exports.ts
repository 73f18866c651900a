import { Readable } from 'node:stream';
import type { Filter } from '@tributary/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Exports, Format } from '../../exports/index.ts';
import { personIdFrom } from '../../people/index.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import { type Called, parse } from '../ortto/call.ts';
import { exportActivities, exportPeople } from './export-schemas.ts';

const types: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** `/api/exports`: streamed; who reads slowly is waited for, and who goes away is written to no more. */
export function exportRoutes(app: FastifyInstance, { exports }: { exports: Exports }): void {
  for (const format of ['csv', 'ndjson'] as const) {
    const people = async (request: Called, reply: FastifyReply) => {
      const { ids, filter, ...wanted } = parse(exportPeople, asked(request));
      const text = await exports.people(request.workspaceId, {
        ...wanted,
        format,
        filter: filterFrom(filter),
        ids: idsFrom(ids),
      });
      return send(reply, text, `people.${format}`, format);
    };
    const activities = async (request: Called, reply: FastifyReply) => {
      const { from, to, people: ids, filter, ...wanted } = parse(exportActivities, asked(request));
      const text = await exports.activities(request.workspaceId, {
        ...wanted,
        format,
        filter: filterFrom(filter),
        from: from ? new Date(from) : undefined,
        to: to ? new Date(to) : undefined,
        people: idsFrom(ids),
      });
      return send(reply, text, `activities.${format}`, format);
    };
    for (const method of ['GET', 'POST'] as const) {
      app.route({ method, url: `/exports/people.${format}`, exposeHeadRoute: false, handler: people });
      app.route({ method, url: `/exports/activities.${format}`, exposeHeadRoute: false, handler: activities });
    }
  }
}

/** In the query or, where it is long, in a body. */
function asked(request: Called): unknown {
  return request.method === 'POST' ? request.body : request.query;
}

function idsFrom(ids: readonly string[] | undefined): string[] | undefined {
  return ids?.map((outside) => {
    const id = personIdFrom(outside);
    if (!id) throw new UserError('bad_request', `ids: "${outside}" is not a person's id`);
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

function send(reply: FastifyReply, text: AsyncIterable<string>, name: string, format: Format) {
  return reply
    .headers({ 'content-type': types[format], 'content-disposition': `attachment; filename="${name}"` })
    .send(Readable.from(text, { objectMode: false }));
}
