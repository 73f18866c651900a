import { type Fields, publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { AccountItem, AccountOutcome, ChangeKind, People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { accountFieldRoutes } from './account-fields.ts';
import { accountActivitiesBody, accountContactsBody, accountMergeBody } from './accounts.schema.ts';
import { accountsGetRoutes } from './accounts-get.ts';
import { type Called, parse, parseRecords } from './call.ts';
import { createdOf } from './created.ts';
import { sendError } from './envelope.ts';
import { idsOf } from './ids.ts';
import { selectionBody } from './people-schemas.ts';
import { selectionOf } from './selection.ts';

const SOURCE = 'API';

/** An account by its id, as a merge key: the first with a client, the second in Ortto's help (a-890). */
const ACCOUNT_ID = ['str:o:account_id', 'str:o:organization_id'];

/**
 * Accounts, which were organizations until June 2025: both spellings answer, as
 * both do on Ortto (a client, and recorded).
 */
export function accountRoutes(app: FastifyInstance, o: { people: People; db: Db }): void {
  for (const spelling of ['/accounts', '/organizations']) {
    app.register(
      async (of) => {
        mergeRoute(of, o);
        activitiesRoute(of, o);
        lifecycleRoutes(of, o);
        contactsRoutes(of, o);
        accountsGetRoutes(of, o);
        accountFieldRoutes(of, o);
      },
      { prefix: spelling },
    );
  }
}

/** `POST /v1/accounts/merge` (Ortto help). */
function mergeRoute(app: FastifyInstance, o: { people: People }): void {
  app.post('/merge', async (request: Called, reply) => {
    const body = parseRecords(accountMergeBody, request.body);
    const items = body.accounts.map(
      (account): AccountItem => ({
        ...whichOf(request, (account.fields ?? {}) as Fields, body.merge_by, body),
        strategy: body.merge_strategy,
        clear: Object.entries(account.clear_fields ?? {}).flatMap(([id, clear]) => (clear ? [id] : [])),
        tags: account.tags ?? [],
        unsetTags: account.unset_tags ?? [],
        source: SOURCE,
      }),
    );
    const outcomes = await o.people.accounts.record(request.workspaceId, items);
    const bad = problemsIn(outcomes);
    if (bad.length === outcomes.length) {
      return sendError(reply, 400, `No valid accounts provided (${bad[0]!.error})`, bad);
    }
    return {
      accounts: outcomes.map((outcome) => {
        if ('error' in outcome) return outcome;
        const status = outcome.status === 'created' ? 'created' : 'merged';
        return { account_id: publicId(outcome.accountId, 'account'), status };
      }),
    };
  });
}

/** `POST /v1/accounts/activities/create` (Ortto help, a-890), answered as activities of people are. */
function activitiesRoute(app: FastifyInstance, o: { people: People }): void {
  app.post('/activities/create', async (request: Called, reply) => {
    const body = parseRecords(accountActivitiesBody, request.body);
    const items = body.activities.map((activity) => activityOf(request, activity, body));
    const outcomes = await o.people.accounts.record(request.workspaceId, items);
    const bad = problemsIn(outcomes);
    if (bad.length === outcomes.length) {
      return sendError(reply, 400, `No valid activities provided (${bad[0]!.error})`, bad);
    }
    return {
      activities: outcomes.map((outcome, i) => {
        if ('error' in outcome) return outcome;
        const { account_id: id } = body.activities[i]!;
        return { ...(id ? { account_id: id } : {}), status: 'queued', account_status: 'queued' };
      }),
    };
  });
}

function activityOf(
  request: Called,
  activity: z.infer<typeof accountActivitiesBody>['activities'][number],
  body: z.infer<typeof accountActivitiesBody>,
): AccountItem {
  const by = activity.account_id ? [ACCOUNT_ID[0]!] : (activity.merge_by ?? body.merge_by ?? ['str:o:name']);
  const fields = activity.account_id ? { [ACCOUNT_ID[0]!]: activity.account_id } : ((activity.fields ?? {}) as Fields);
  return {
    ...whichOf(request, fields, by, body),
    strategy: body.merge_strategy,
    source: SOURCE,
    activity: {
      id: activity.activity_id,
      attributes: (activity.attributes ?? {}) as Fields,
      ...createdOf(activity),
      ...(activity.key ? { key: activity.key } : {}),
    },
  };
}

/** The account named by its id, which stands alone, or found by the merge keys. */
function whichOf(
  request: Called,
  given: Fields,
  by: readonly string[],
  finding: { find_strategy: 0 | 1 | 2; skip_non_existing: boolean },
): Pick<AccountItem, 'who' | 'fields' | 'existingOnly'> {
  const byId = by.find((id) => ACCOUNT_ID.includes(id));
  if (byId === undefined) {
    return { who: { by, find: finding.find_strategy }, fields: given, existingOnly: finding.skip_non_existing };
  }
  if (by.length > 1) throw new UserError('bad_request', `Failed to parse request: merge_by: ${byId} has to be alone`);
  const { [byId]: id, ...fields } = given;
  const [accountId = '0'] = typeof id === 'string' ? idsOf(request, [id], 'account') : [];
  return { who: { accountId }, fields };
}

function problemsIn(outcomes: readonly AccountOutcome[]) {
  return outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
}

/** `PUT …/archive`, `PUT …/restore`, `DELETE …/delete`, with keys that are as odd as recorded. */
function lifecycleRoutes(app: FastifyInstance, o: { people: People }): void {
  const change = (request: Called, kind: ChangeKind) =>
    o.people.accounts.change(
      request.workspaceId,
      kind,
      selectionOf(request, parse(selectionBody, request.body), 'account'),
      SOURCE,
    );
  app.put('/archive', async (request: Called) => ({
    scheduled_organizations: 0,
    archived_organizations: await change(request, 'archive'),
  }));
  app.put('/restore', async (request: Called) => ({
    scheduled_organizations: 0,
    restored_organizations: await change(request, 'restore'),
  }));
  app.delete('/delete', async (request: Called) => ({
    scheduled_accounts: 0,
    deleted_accounts: await change(request, 'delete'),
  }));
}

/** `PUT …/contacts/add` and `PUT …/contacts/remove` (recorded): the answer is empty. */
function contactsRoutes(app: FastifyInstance, { people }: { people: People }): void {
  const read = (request: Called) => {
    const body = parse(accountContactsBody, request.body);
    const [accountId] = idsOf(request, [body.account_id], 'account');
    return { accountId, named: body.account_id, personIds: idsOf(request, body.person_ids) };
  };
  app.put('/contacts/add', async (request: Called) => {
    const { accountId, named, personIds } = read(request);
    if (accountId === undefined) throw new UserError('account_not_found', `there is no account ${named}`, 404);
    await people.accounts.members.add(request.workspaceId, accountId, personIds);
    return {};
  });
  app.put('/contacts/remove', async (request: Called) => {
    const { accountId = '0', personIds } = read(request);
    await people.accounts.members.remove(request.workspaceId, accountId, personIds);
    return {};
  });
}
