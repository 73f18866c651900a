import type { DisplayType, Filter } from '@tributary/model';
import type { Clock } from '../platform/clock.ts';
import type { Db, Queryable, Tx } from '../platform/database/pool.ts';
import type { Log } from '../platform/log.ts';
import { startLoop } from '../platform/loop.ts';
import type { Presence } from '../platform/presence.ts';
import { type Accounts, createAccounts } from './accounts/index.ts';
import { type Bulk, createBulk } from './bulk/index.ts';
import { type Catalog, createCatalog } from './catalog/index.ts';
import type { DailyLimit } from './daily.ts';
import { addDefinitions, addField, defineIn, ensureKeys, type NewField, type NewSchema } from './define.ts';
import { facts, type PersonFacts } from './facts/index.ts';
import { type CustomFields, createCustomFields } from './fields.ts';
import { personEntity } from './filter/entity.ts';
import { createFilters, type Filters } from './filter/index.ts';
import { type HistoryAsked, history } from './history.ts';
import { findCurrent, findMoved } from './identity/find.ts';
import { createIdentity, type Identity } from './identity/index.ts';
import { findAliases } from './identity/store/alias.sql.ts';
import { createIntake, type Intake } from './intake.ts';
import { createLifecycle, type Lifecycle } from './lifecycle/index.ts';
import { findNamed, type Named } from './named.ts';
import { createIds } from './numbers.ts';
import { createPartitions } from './partitions.ts';
import { createSchemaCache, type Schema, seededActivities } from './schema.ts';
import { createSearch, type Search } from './search/index.ts';
import { giveFreedKeys, settleKeys } from './settle.ts';
import { type ActivityRow, listActivitiesOf, listActivitiesSince } from './store/activity.sql.ts';
import { findByKeys } from './store/identity.sql.ts';
import { findKeyed, type Keyed } from './store/keyed.sql.ts';
import { insertDefinitions, type NewDefinition } from './store/schema.sql.ts';
import { listTagNames, listTagNamesOf } from './store/tag.sql.ts';
import { createSuppression, type Suppression } from './suppression/index.ts';
import { type Told, tell } from './tell.ts';
import type { Person, RecordedActivity } from './types.ts';

export { accountValuesOf, type FoundAccount } from './accounts/search.ts';
export type { AccountItem, AccountOutcome } from './accounts/types.ts';
export type { ActivitiesWanted, ActivityCursor, Bulk, Exported, Preview, WholeActivity } from './bulk/index.ts';
export { withAttributeId } from './catalog/display-style.ts';
export type { Catalog, DefinitionChange } from './catalog/index.ts';
export type { Definition, DefinitionAttribute, DefinitionDetails, TagCount } from './catalog/store/catalog.sql.ts';
export { keptValue, personIdFrom } from './check.ts';
export type { DailyLimit } from './daily.ts';
export type { NewField, NewSchema } from './define.ts';
export type { PersonFacts } from './facts/index.ts';
export type { CustomFields } from './fields.ts';
export { type Answers, createParameters, type Filters, type MembershipSql, type Parameters } from './filter/index.ts';
export type { Duplicate, Identity, Merge } from './identity/index.ts';
export type { PeopleUnited } from './identity/news.ts';
export { IMPORTED } from './imported.ts';
export type { ChangeKind, Selection } from './lifecycle/selection.ts';
export type { PeopleDeleted, PeopleNamed, PeopleRecorded } from './news.ts';
export { normal } from './normal.ts';
export { createIds, type Ids } from './numbers.ts';
export type { QueueOutcome } from './queue/index.ts';
export type { Schema, SchemaField } from './schema.ts';
export { type FoundPerson, fieldIdsOf, type Place, type Search, type Searched, valuesOf } from './search/index.ts';
export type { CustomField } from './store/field.sql.ts';
export type { NewDefinition } from './store/schema.sql.ts';
export { isAddress } from './suppression/address.ts';
export { HARD_BOUNCED } from './suppression/index.ts';
export type { Told } from './tell.ts';
export type { DisplayStyle, Person, RecordedActivity } from './types.ts';

/** Everything known of people, and the one way in. */
export interface People extends Intake {
  filters: Filters;
  /** People in great numbers: for imports and exports. */
  bulk: Bulk;
  search: Search;
  /** The tags and kinds of activities there are. */
  catalog: Catalog;
  fields: CustomFields;
  /**
   * Adds to the timelines of people whom the caller holds (`identity.hold`) what follows from what it does: activities that
   * are built in and that nobody is seen by.
   */
  tell(tx: Tx, workspaceId: number, told: readonly Told[], at: Date): Promise<void>;
  /** By the ids asked for: the id of somebody who has become another finds the other, whose `id` is their own. */
  find(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<Map<string, Person>>;
  findByEmail(db: Queryable, workspaceId: number, email: string): Promise<string | undefined>;
  /** Those whom a request names, in its order; undefined where nobody is found. */
  findNamed(db: Queryable, workspaceId: number, named: readonly Named[]): Promise<(string | undefined)[]>;
  /** The activities news told of, with their attributes. */
  activities(
    tx: Tx,
    workspaceId: number,
    at: readonly { id: string; personId: string; at: string }[],
  ): Promise<RecordedActivity[]>;
  /** Of these activities, the places of those whose key somebody has at that moment: they are not recorded again. */
  keyed(tx: Tx, workspaceId: number, keyed: readonly Keyed[]): Promise<Set<number>>;
  /** What these people did of these kinds, each since a moment of their own; oldest first. */
  activitiesSince(
    db: Queryable,
    workspaceId: number,
    people: readonly { personId: string; since: Date }[],
    activityIds: readonly string[],
  ): Promise<RecordedActivity[]>;
  /**
   * What these filters ask about these people, for judging them here and not in the database: who is not there is not
   * among them, and of whom there is too much to carry is `'too much'`.
   */
  facts(
    tx: Tx,
    workspaceId: number,
    ids: readonly string[],
    filters: readonly Filter[],
    now: Date,
  ): Promise<Map<string, PersonFacts | 'too much'>>;
  /** The newest so many activities, before a moment if one is given; of the last moment all. */
  timeline(
    db: Queryable,
    workspaceId: number,
    personId: string,
    limit: number,
    before?: Date,
  ): Promise<RecordedActivity[]>;
  /** A page of what a person did, newest first. */
  history(
    db: Queryable,
    workspaceId: number,
    asked: HistoryAsked,
  ): Promise<{ activities: RecordedActivity[]; total: number }>;
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
  /** Adds a custom field; undefined when one with that id is there already. */
  addField(workspaceId: number, field: NewField): Promise<{ id: string; displayType: DisplayType } | undefined>;
  /** Adds activity definitions; those already there stay. Returns the ids of the new ones. */
  addDefinitions(workspaceId: number, definitions: readonly NewDefinition[]): Promise<string[]>;
  /** Both in the caller's transaction, which knows them from then on. Whoever rolls it back calls `forgetSchema`. */
  defineIn(tx: Tx, workspaceId: number, what: NewSchema): Promise<{ fields: string[]; activities: string[] }>;
  /** What is kept of the schema in this process may not be as the database has it. */
  forgetSchema(): void;
  /** People can be found by these fields from now on, those already here included. */
  ensureKeys(workspaceId: number, fieldIds: readonly string[]): Promise<void>;
  lifecycle: Lifecycle;
  suppression: Suppression;
  /** Begins with what is left for later: what was queued, changes to many people, and keys. */
  start(log: Log): { close(): Promise<void> };
  /** Whoever has the value of a key that has become free is found by it. Once a day. */
  giveFreedKeys(workspaceId: number): Promise<void>;
  /** Makes the months ahead ready for activities, so that none has to wait for it. */
  preparePartitions(): Promise<void>;
  /** Who is who: two people that turn out to be one. */
  identity: Identity;
  /** The companies that people belong to. */
  accounts: Accounts;
  /** What every workspace starts with. */
  seed(tx: Tx, workspaceId: number): Promise<void>;
}

/** Activities can be dated back by 90 days, which begin in the third month before this one. */
const MONTHS_BEFORE = 3;
const MONTHS_AHEAD = 2;

export function createPeople(o: { db: Db; clock: Clock; presence?: Presence; daily?: DailyLimit | undefined }): People {
  const { db, clock } = o;
  const cache = createSchemaCache();
  const define = { db, clock, forget: cache.forget };
  o.presence?.on('schema', cache.forget);
  const recorder = {
    personIds: createIds('person_number'),
    activityIds: createIds('activity_number'),
    partitions: createPartitions(db),
    daily: o.daily,
  };
  const intake = createIntake({ db, clock, cache, define, recorder });
  const named = async (
    queryable: Queryable,
    workspaceId: number,
    rows: readonly ActivityRow[],
  ): Promise<RecordedActivity[]> => {
    const { activityIdOf } = await cache.get(queryable, workspaceId);
    return rows.map((row) => ({
      id: row.id,
      personId: row.personId,
      activityId: activityIdOf.get(row.definitionId) ?? 'act::unknown',
      occurredAt: row.occurredAt,
      attributes: row.attributes,
      source: row.source ?? undefined,
    }));
  };
  const lifecycle = createLifecycle({ db, clock, cache });
  const filters = createFilters({ schema: cache.get });

  return {
    filters,
    bulk: createBulk({ schema: cache.get, filters, now: clock.now }),
    catalog: createCatalog(define),
    fields: createCustomFields(define),
    search: createSearch({ db, clock, filters, schema: cache.get }),
    ...intake,
    async tell(tx, workspaceId, told, at) {
      const schema = await cache.get(tx, workspaceId);
      await tell(tx, recorder, { workspaceId, schema, now: at }, told);
    },
    async find(queryable, workspaceId, ids) {
      // Of all but those who have become others, the tags are asked for with the people.
      const [rows, known] = await Promise.all([
        findCurrent(queryable, workspaceId, ids),
        listTagNamesOf(queryable, workspaceId, ids),
      ]);
      const others = new Set([...rows.values()].flatMap((row) => row.tags.filter((tag) => !known.has(tag))));
      const tagNames = new Map([...known, ...(await listTagNames(queryable, workspaceId, [...others]))]);
      return new Map(
        [...rows].map(([asked, row]) => [
          asked,
          {
            id: row.id,
            fields: row.fields,
            tags: row.tags.map((tag) => tagNames.get(tag) ?? ''),
            createdAt: row.createdAt,
            lastSeenAt: row.lastSeenAt ?? undefined,
            archivedAt: row.archivedAt ?? undefined,
          },
        ]),
      );
    },
    async findByEmail(queryable, workspaceId, email) {
      const key = { fieldId: 'str::email', value: email.trim().toLowerCase() };
      return [...(await findByKeys(queryable, workspaceId, [key])).values()][0];
    },
    findNamed,
    async activities(tx, workspaceId, at) {
      const asked = at.map((a) => ({ ...a, occurredAt: new Date(a.at) }));
      return named(tx, workspaceId, await findMoved(tx, workspaceId, asked));
    },
    keyed: (tx, ...asked) => findKeyed(tx, personEntity, ...asked),
    async activitiesSince(queryable, workspaceId, people, activityIds) {
      const { activities } = await cache.get(queryable, workspaceId);
      const definitions = activityIds.flatMap((id) => activities.get(id)?.definitionId ?? []);
      return named(queryable, workspaceId, await listActivitiesSince(queryable, people, definitions));
    },
    facts: async (tx, workspaceId, ids, asking, now) =>
      facts(tx, { workspaceId, schema: await cache.get(tx, workspaceId), now }, ids, asking),
    async timeline(queryable, workspaceId, personId, limit, before) {
      const rows = await listActivitiesOf(queryable, personId, limit, before);
      const now = rows.length > 0 ? personId : (await findAliases(queryable, workspaceId, [personId])).get(personId);
      return named(
        queryable,
        workspaceId,
        now === undefined || now === personId ? rows : await listActivitiesOf(queryable, now, limit, before),
      );
    },
    history: (queryable, workspaceId, asked) => history(queryable, { cache, named }, workspaceId, asked),
    schema: (queryable, workspaceId) => cache.get(queryable, workspaceId),
    addField: (workspaceId, field) => addField(define, workspaceId, field),
    addDefinitions: (workspaceId, definitions) => addDefinitions(define, workspaceId, definitions),
    defineIn: (tx, workspaceId, what) => defineIn(tx, define, workspaceId, what),
    forgetSchema: cache.forget,
    ensureKeys: (workspaceId, fieldIds) => ensureKeys(define, cache, workspaceId, fieldIds),
    accounts: createAccounts({ db, clock, presence: o.presence, recorder }),
    identity: createIdentity({ db, clock, recorder, schema: cache.get }),
    lifecycle,
    suppression: createSuppression({ db, clock, recordIn: intake.recordIn }),
    start(log) {
      const queued = startLoop({ name: 'intake', turn: () => intake.queue.turn(log), clock, log });
      const changes = startLoop({ name: 'changes of people', turn: lifecycle.turn, clock, log });
      const keys = startLoop({ name: 'keys', turn: () => settleKeys(db), clock, log });
      o.presence?.on('intake', queued.nudge);
      o.presence?.on('person-change', changes.nudge);
      return { close: async () => void (await Promise.all([queued.close(), changes.close(), keys.close()])) };
    },
    giveFreedKeys: (workspaceId) => giveFreedKeys(db, workspaceId),
    preparePartitions: () => recorder.partitions.prepare(clock.now(), MONTHS_BEFORE, MONTHS_AHEAD),
    async seed(tx, workspaceId) {
      const definitions = seededActivities.map(({ id, name, touch }) => ({ activityId: id, name, touch }));
      await insertDefinitions(tx, workspaceId, definitions, { builtIn: true, now: clock.now() });
    },
  };
}
