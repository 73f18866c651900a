import { type Fields, publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { accountValuesOf, type FoundAccount, type People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { accountsGetBody, accountsGetByIdsBody } from './accounts.schema.ts';
import { type Called, parse } from './call.ts';
import { inOrder } from './envelope.ts';
import { checkedFilter } from './filter.ts';
import { idsOf } from './ids.ts';
import { pageAsked, pageTold } from './paging.ts';

const PEOPLE = 'ids:o:p';

/** `POST /v1/accounts/get` and `/v1/accounts/get-by-ids` (recorded). */
export function accountsGetRoutes(app: FastifyInstance, o: { people: People; db: Db }): void {
  const { search, filters, peopleOf } = o.people.accounts;

  /** Without a list of fields, all that are there but the people, who may be thousands. */
  const shown = async (
    { workspaceId }: Called,
    accounts: readonly FoundAccount[],
    fields: readonly string[] | null | undefined,
  ): Promise<{ id: string; fields: Fields }[]> => {
    const ids = accounts.map(({ id }) => id);
    const people = fields?.includes(PEOPLE) ? await peopleOf(o.db, workspaceId, ids) : undefined;
    return accounts.map((account) => {
      const own = people?.get(account.id)?.map((id) => publicId(id));
      const values = accountValuesOf(account, fields ?? undefined);
      return { id: publicId(account.id, 'account'), fields: inOrder(own ? { ...values, [PEOPLE]: own } : values) };
    });
  };

  app.post('/get', async (request: Called) => {
    const body = parse(accountsGetBody, request.body);
    // In the words recorded for "archived_account".
    if (!['', 'archived'].includes(body.type ?? '')) {
      throw new UserError('bad_request', 'One or more attributes is invalid');
    }
    const archived = body.type === 'archived';
    const filter = archived ? undefined : await checkedFilter({ filters, db: o.db }, request, body.filter);
    const asked = {
      archived,
      filter,
      q: body.q?.trim() || undefined,
      ...(body.inclusion_ids?.length ? { only: idsOf(request, body.inclusion_ids, 'account') } : {}),
      ...(body.exclusion_ids?.length ? { but: idsOf(request, body.exclusion_ids, 'account') } : {}),
    };
    const page = await search.page(o.db, request.workspaceId, {
      ...asked,
      ...pageAsked(request, body, 'account'),
    });
    const [all, matching] = await Promise.all([
      search.count(o.db, request.workspaceId, {}),
      page.total?.n ?? search.count(o.db, request.workspaceId, asked),
    ]);
    return {
      accounts: page.rows.length > 0 ? await shown(request, page.rows, body.fields) : null,
      // As people's says nothing of accounts (recorded), this says nothing of people.
      meta: { total_contacts: 0, total_organizations: all, total_matches: matching, total_subscribers: 0 },
      ...pageTold(body, page, 'account'),
    };
  });

  app.post('/get-by-ids', async (request: Called) => {
    const body = parse(accountsGetByIdsBody, request.body);
    const ids = idsOf(request, body.account_ids, 'account');
    const found = await search.byIds(o.db, request.workspaceId, ids);
    const accounts = await shown(request, found, body.fields);
    return { accounts: Object.fromEntries(accounts.map((account) => [account.id, account])) };
  });
}
