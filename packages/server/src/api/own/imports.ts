import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { encodingFrom, type Imports, rejectedCsv } from '../../imports/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { UserError } from '../../platform/errors.ts';
import { type Called, parse } from '../ortto/call.ts';
import { mappingBody, uploadQuery } from './import-schemas.ts';
import { dryRunView, importView, mappingFrom } from './import-view.ts';

/** Files come as they are, not in a form; a browser's form would have to be read into memory, or to a disk. */
const FILE_TYPES = ['text/csv', 'text/plain', 'text/tab-separated-values', 'application/octet-stream'];

interface Named {
  Params: { id: string };
}

/** `/api/imports`: a file comes, is mapped, looked at, and taken in. */
export function importRoutes(app: FastifyInstance, o: { imports: Imports; clock: Clock }): void {
  const { imports, clock } = o;
  app.register(async (files) => {
    // The body is handed on as it streams.
    files.addContentTypeParser(FILE_TYPES, (_request, payload, done) => done(null, payload));
    files.addContentTypeParser('*', (request, _payload, done) => {
      const type = request.headers['content-type'];
      done(new UserError('import_type', `the body is ${type}: send the file as the body, as text/csv`, 415));
    });
    files.post('/imports', { config: { streams: true } }, async (request: Called, reply) => {
      const { kind, name, encoding, ...dialect } = parse(uploadQuery, request.query);
      const given = { ...dialect, ...(encoding ? { encoding: encodingFrom(encoding) } : {}) };
      const { body } = request;
      if (!(body instanceof Readable)) throw new UserError('import_empty', 'send the file as the body, as text/csv');
      try {
        const file = body.iterator({ destroyOnReturn: false });
        const it = await imports.receive(request.workspaceId, { kind, name, dialect: given }, file);
        return await reply.code(201).send(importView(it, clock.now()));
      } finally {
        // Where it is refused before its end: whoever sends sees the answer once they have sent it all.
        body.resume();
      }
    });
  });
  app.get('/imports', async (request: Called) => ({
    imports: (await imports.list(request.workspaceId)).map((it) => importView(it, clock.now())),
  }));
  app.get<Named>('/imports/:id', async ({ workspaceId, params }) =>
    importView(await imports.find(workspaceId, params.id), clock.now()),
  );
  app.patch<Named>('/imports/:id', async ({ workspaceId, params, body }) => {
    const asked = parse(mappingBody, body);
    const it = await imports.find(workspaceId, params.id);
    return importView(await imports.map(workspaceId, it.id, mappingFrom(it, asked)), clock.now());
  });
  app.post<Named>('/imports/:id/check', async ({ workspaceId, params }) =>
    dryRunView(await imports.check(workspaceId, params.id)),
  );
  app.post<Named>('/imports/:id/start', async ({ workspaceId, params }) =>
    importView(await imports.start(workspaceId, params.id), clock.now()),
  );
  app.post<Named>('/imports/:id/stop', async ({ workspaceId, params }) =>
    importView(await imports.stop(workspaceId, params.id), clock.now()),
  );
  app.delete<Named>('/imports/:id', async ({ workspaceId, params }, reply) => {
    await imports.delete(workspaceId, params.id);
    return reply.code(204).send();
  });
  app.get<Named>('/imports/:id/rejected', async ({ workspaceId, params }, reply) => {
    const it = await imports.find(workspaceId, params.id);
    const csv = Readable.from(rejectedCsv(it, imports.rejected(workspaceId, it.id)));
    return reply
      .headers({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="import-${it.id}-rejected.csv"`,
      })
      .send(csv);
  });
}
