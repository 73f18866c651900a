import type { DisplayType, Fields } from '@tributary/model';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Queryable, Tx } from '../../platform/database/pool.ts';
import type { Presence } from '../../platform/presence.ts';
import { type Bulk, createBulk } from '../bulk/index.ts';
import { addDefinitions, addField, ensureKeys, type NewField } from '../define.ts';
import { type CustomFields, createCustomFields } from '../fields.ts';
import { accountEntity } from '../filter/entity.ts';
import { createFilters, type Filters } from '../filter/index.ts';
import { makeKeys, missingKeys, unlessAllRefused } from '../keys.ts';
import { createIds, type Ids } from '../numbers.ts';
import type { Partitions } from '../partitions.ts';
import { createSchemaCache, loadSchema, type Schema } from '../schema.ts';
import { findKeyed, type Keyed } from '../store/keyed.sql.ts';
import type { NewDefinition } from '../store/schema.sql.ts';
import { type ChangeAccounts, createChangeAccounts } from './lifecycle.ts';
import { createMembers, type Members } from './members.ts';
import { asIntake, recordAccounts } from './record.ts';
import { type AccountSearch, createAccountSearch } from './search.ts';
import { findAccounts } from './store/account.sql.ts';
import { findAccountActivities } from './store/activity.sql.ts';
import { type Crowd, listCrowds, listMembersOf } from './store/member.sql.ts';
import type { AccountItem, AccountOutcome } from './types.ts';

/** The companies that people belong to; Ortto called them organizations until June 2025. */
export interface Accounts {
  /** The one way in for accounts. Resolves once it is durable; a request whose every item is wrong changes nothing. */
  record(workspaceId: number, items: readonly AccountItem[]): Promise<AccountOutcome[]>;
  /** Records in the caller's transaction, which holds no account yet. */
  recordIn(tx: Tx, workspaceId: number, items: readonly AccountItem[]): Promise<AccountOutcome[]>;
  /** Accounts in great numbers: for imports and exports. */
  bulk: Bulk<AccountItem>;
  /** By their ids; archived ones too. */
  find(
    db: Queryable,
    workspaceId: number,
    ids: readonly string[],
  ): Promise<Map<string, { id: string; fields: Fields }>>;
  /** Of these activities, by where and when they happened, the ids of those that are there. */
  recorded(
    db: Queryable,
    workspaceId: number,
    at: readonly { id: string; accountId: string; occurredAt: Date }[],
  ): Promise<Set<string>>;
  /** Of these activities, the places of those whose key an account has at that moment: they are not recorded again. */
  keyed(tx: Tx, workspaceId: number, keyed: readonly Keyed[]): Promise<Set<number>>;
  members: Members;
  /** The people of these accounts, by account; who is archived is left out. */
  peopleOf(db: Queryable, workspaceId: number, accountIds: readonly string[]): Promise<Map<string, string[]>>;
  /** How many people each of these has, and how engaged they are; who is archived is left out. */
  crowds(db: Queryable, workspaceId: number, accountIds: readonly string[]): Promise<Map<string, Crowd>>;
  change: ChangeAccounts;
  search: AccountSearch;
  /** About accounts, not people. */
  filters: Filters;
  fields: CustomFields;
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
  /** Adds a custom field; undefined when one with that id is there already. */
  addField(workspaceId: number, field: NewField): Promise<{ id: string; displayType: DisplayType } | undefined>;
  /** Adds activity definitions; those already there stay. Returns the ids of the new ones. */
  addDefinitions(workspaceId: number, definitions: readonly NewDefinition[]): Promise<string[]>;
  /** Accounts can be found by these fields from now on, those already here included. */
  ensureKeys(workspaceId: number, fieldIds: readonly string[]): Promise<void>;
}

export function createAccounts(o: {
  db: Db;
  clock: Clock;
  presence?: Presence | undefined;
  recorder: { activityIds: Ids; partitions: Partitions };
}): Accounts {
  const { db, clock } = o;
  const schema = createSchemaCache('account');
  o.presence?.on('schema', schema.forget);
  const recorder = { ...o.recorder, accountIds: createIds('account_number') };
  const define = {
    db,
    clock,
    entity: 'account',
    forget: schema.forget,
  } as const;
  const filters = createFilters({ schema: schema.get, entity: accountEntity });
  const bulk = createBulk({ schema: schema.get, filters, now: clock.now, entity: accountEntity });

  const recordIn = async (tx: Tx, workspaceId: number, items: readonly AccountItem[]): Promise<AccountOutcome[]> => {
    // Read each time: a merge of accounts is rare, and sees what was defined a moment ago wherever that was.
    let now = await loadSchema(tx, workspaceId, 'account');
    const missing = missingKeys(now, items.map(asIntake));
    if (missing.length > 0) {
      await makeKeys(tx, workspaceId, missing, 'account');
      now = await loadSchema(tx, workspaceId, 'account');
    }
    return recordAccounts(tx, recorder, { workspaceId, schema: now, now: clock.now() }, items);
  };

  return {
    record: (workspaceId, items) => unlessAllRefused(db, (tx) => recordIn(tx, workspaceId, items)),
    recordIn,
    bulk: {
      ...bulk,
      preview: (queryable, workspaceId, items, fields) =>
        bulk.preview(queryable, workspaceId, items.map(asIntake), fields),
    },
    async find(queryable, workspaceId, ids) {
      return new Map((await findAccounts(queryable, workspaceId, ids)).map((account) => [account.id, account]));
    },
    recorded: findAccountActivities,
    keyed: (tx, ...asked) => findKeyed(tx, accountEntity, ...asked),
    members: createMembers({ db, clock }),
    peopleOf: listMembersOf,
    crowds: listCrowds,
    change: createChangeAccounts({ db, clock }),
    search: createAccountSearch({ clock, filters, schema }),
    filters,
    fields: createCustomFields(define),
    schema: schema.get,
    addField: (workspaceId, field) => addField(define, workspaceId, field),
    addDefinitions: (workspaceId, definitions) => addDefinitions(define, workspaceId, definitions),
    ensureKeys: (workspaceId, fieldIds) => ensureKeys(define, schema, workspaceId, fieldIds),
  };
}
