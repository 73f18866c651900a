import { isStorable } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { UserError } from '../platform/errors.ts';

/** What PostgreSQL could not hold names nothing, and can not be looked for: it is refused here, whatever the call. */
export function refuseUnstorable(app: FastifyInstance): void {
  // After the key has been looked at, before the body is.
  app.addHook('preParsing', async ({ params, query }) => {
    if (!isStorable(params))
      throw new UserError('not_found', 'Not found: nothing has U+0000 in its id or its name', 404);
    if (isStorable(query)) return;
    const [name] = Object.entries(query as object).find((one) => !isStorable(one))!;
    throw new UserError('bad_request', `${JSON.stringify(name).slice(1, -1)}: can not hold U+0000`);
  });
}
