import type { EntityKind } from '@tributary/model';
import type { AccountItem, NewField, People, Preview, Schema, SchemaField } from '../people/index.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';

/** A row as it is recorded, whatever it is about. */
export type Item = Omit<AccountItem, 'who'> & { who: { id: string } | { by: readonly string[] } };

/** What became of it. */
type Recorded = { id: string; status: 'created' | 'merged' | 'untouched'; duplicate?: true } | { error: string };

/** The people room's door for what a file's rows are about: people and accounts have the same. */
export interface Door {
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
  addField(workspaceId: number, field: NewField): Promise<unknown>;
  ensureKeys(workspaceId: number, fieldIds: readonly string[]): Promise<void>;
  recordIn(tx: Tx, workspaceId: number, items: readonly Item[]): Promise<Recorded[]>;
  /** What `recordIn` would do. */
  preview(
    db: Queryable,
    workspaceId: number,
    items: readonly Item[],
    fields: readonly SchemaField[],
  ): Promise<Preview[]>;
  /** Those of these ids that somebody, or an account, has. */
  known(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<Set<string>>;
  /** Of these activities, by whose they are and when they happened, the ids of those that are there. */
  recorded(
    tx: Tx,
    workspaceId: number,
    at: readonly { id: string; ownerId: string; occurredAt: Date }[],
  ): Promise<Set<string>>;
  /** Of these activities, the places of those whose key is there at that moment, of their kind: `recordIn` would find a duplicate. */
  keyed(
    tx: Tx,
    workspaceId: number,
    at: readonly { ownerId: string; activityId: string; key: string; occurredAt: Date }[],
  ): Promise<Set<number>>;
}

export type Doors = Readonly<Record<EntityKind, Door>>;

export function createDoors(people: People): Doors {
  return { person: personDoor(people), account: accountDoor(people) };
}

function personDoor(people: People): Door {
  const itemOf = ({ who, ...item }: Item) => ({ ...item, who: 'id' in who ? { personId: who.id } : who });
  return {
    schema: people.schema,
    addField: people.addField,
    ensureKeys: people.ensureKeys,
    async recordIn(tx, workspaceId, items) {
      const outcomes = await people.recordIn(tx, workspaceId, items.map(itemOf));
      return outcomes.map((outcome) => ('error' in outcome ? outcome : { ...outcome, id: outcome.personId }));
    },
    preview: (db, workspaceId, items, fields) => people.bulk.preview(db, workspaceId, items.map(itemOf), fields),
    async known(db, workspaceId, ids) {
      return new Set((await people.find(db, workspaceId, ids)).keys());
    },
    async recorded(tx, workspaceId, at) {
      const asked = at.map(({ id, ownerId, occurredAt }) => ({ id, personId: ownerId, at: occurredAt.toISOString() }));
      return new Set((await people.activities(tx, workspaceId, asked)).map(({ id }) => id));
    },
    keyed: people.keyed,
  };
}

function accountDoor({ accounts }: People): Door {
  const itemOf = ({ who, ...item }: Item) => ({ ...item, who: 'id' in who ? { accountId: who.id } : who });
  return {
    schema: accounts.schema,
    addField: accounts.addField,
    ensureKeys: accounts.ensureKeys,
    async recordIn(tx, workspaceId, items) {
      const outcomes = await accounts.recordIn(tx, workspaceId, items.map(itemOf));
      return outcomes.map((outcome) => ('error' in outcome ? outcome : { ...outcome, id: outcome.accountId }));
    },
    preview: (db, workspaceId, items, fields) => accounts.bulk.preview(db, workspaceId, items.map(itemOf), fields),
    async known(db, workspaceId, ids) {
      return new Set((await accounts.find(db, workspaceId, ids)).keys());
    },
    recorded: (db, workspaceId, at) =>
      accounts.recorded(
        db,
        workspaceId,
        at.map(({ ownerId, ...activity }) => ({ ...activity, accountId: ownerId })),
      ),
    keyed: accounts.keyed,
  };
}
