import type { FastifyInstance } from 'fastify';
import { isAddress, type People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { type Called, parse, parseRecords } from './call.ts';
import { addressesBody, suppressionListBody } from './people-schemas.ts';

const SOURCE = 'API';
const WHY = { reason: 'Added via API', source: SOURCE };

/** `/v1/suppression-list/email/get|add|remove` (Ortto help, a-836). The answers are ours: none was recorded. */
export function suppressionListRoutes(app: FastifyInstance, o: { people: People; db: Db }): void {
  const { suppression } = o.people;
  app.post('/suppression-list/email/get', async (request: Called) => {
    const { limit, offset, sort, sort_order: order } = parse(suppressionListBody, request.body);
    const { rows, total } = await suppression.list(o.db, request.workspaceId, { limit, offset, sort, order });
    const next = offset + rows.length;
    return {
      emails: rows.map(({ email, reason, createdAt }) => ({ email, reason, created_at: createdAt.toISOString() })),
      total,
      offset,
      next_offset: next,
      has_more: next < total && rows.length > 0,
    };
  });
  app.put('/suppression-list/email/add', async (request: Called) => {
    const { emails } = parseRecords(addressesBody, request.body);
    const added = await suppression.add(request.workspaceId, emails.filter(isAddress), WHY);
    return { emails: told(emails, added, ['suppressed', 'already_suppressed']) };
  });
  app.put('/suppression-list/email/remove', async (request: Called) => {
    const { emails } = parseRecords(addressesBody, request.body);
    const removed = await suppression.remove(request.workspaceId, emails.filter(isAddress), SOURCE);
    return { emails: told(emails, removed, ['unsuppressed', 'not_found']) };
  });
}

/** What became of each address, in the order asked; twice in one request, it is changed by the first. */
function told(emails: readonly string[], changed: readonly string[], [yes, no]: readonly [string, string]) {
  const open = new Set(changed);
  return emails.map((email) => {
    if (!isAddress(email)) return { email, status: 'invalid', error: `"${email}" is not an e-mail address` };
    return { email, status: open.delete(email.trim().toLowerCase()) ? yes : no };
  });
}
