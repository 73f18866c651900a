import { builtInAccountFields } from '@tributary/model';
import type { People, Schema } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import type { Told } from './heads.ts';
import { type Profiles, type ProfilesWanted, valuesOf } from './profiles.ts';

/** The tags of an account, by their names. */
const TAGS = 'u4s:o:t';
const ENGAGEMENT = 'int:o:e';
/** The people of an account. They may be thousands: how many they are is told. */
const PEOPLE = 'ids:o:p';
const PEOPLE_COUNT: Told = { id: 'people_count', name: 'people_count', displayType: 'integer', readOnly: true };

const readOnly = new Set(builtInAccountFields.filter((field) => field.readOnly).map(({ id }) => id));
/** Of those that nobody can write, those that are written here; `oc oe of ol` are moments. */
const written = new Set(['oc', 'oe', 'of', 'ol', TAGS, ENGAGEMENT]);

export function profilesOfAccounts(
  { db, people: { accounts }, workspaceId }: { db: Db; people: People; workspaceId: number },
  schema: Schema,
  wanted: ProfilesWanted,
): Profiles {
  return {
    kind: 'account',
    idField: 'str:o:account_id',
    tagField: TAGS,
    columns: [...[...schema.fields.values()].filter(({ id }) => id !== PEOPLE), PEOPLE_COUNT],
    isUsual: (id) => !readOnly.has(id) || written.has(id),
    async page(columns, o) {
      const page = await accounts.bulk.page(db, workspaceId, wanted, o);
      const isCounted = columns.has(PEOPLE_COUNT.id) || columns.has(ENGAGEMENT);
      const ids = isCounted ? page.map(({ id }) => id) : [];
      const crowds = await accounts.crowds(db, workspaceId, ids);
      return page.map((account) => {
        const { people, engagement } = crowds.get(account.id) ?? {};
        const counted = { [PEOPLE_COUNT.id]: people ?? null, [ENGAGEMENT]: engagement ?? null };
        return { id: account.id, fields: { ...valuesOf(account, TAGS), ...counted } };
      });
    },
  };
}
