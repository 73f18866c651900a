import { builtInFields, type Fields, internalId } from '@tributary/model';
import type { People, Schema } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import type { Told } from './heads.ts';
import { type Profile, type Profiles, type ProfilesWanted, valuesOf } from './profiles.ts';

/** The tags of a person, by their names. */
const TAGS = 'u4s::t';
/** The account that somebody has belonged to longest: its id, and its name by the field of accounts that has it. */
const ACCOUNT = 'idt::o';
const ACCOUNT_NAME: Told = { id: 'str:o:name', name: 'Account name', displayType: 'text', readOnly: true };
/** By which people are found, and no value of theirs. */
const ANONYMOUS_ID = 'idt::aci';

const readOnly = new Set(builtInFields.filter((field) => field.readOnly).map(({ id }) => id));
/** Of those that nobody can write, those that are written here; `c e f l s u` are moments. */
const written = new Set(['c', 'e', 'f', 'l', 's', 'u', TAGS, 'bol::hb', ACCOUNT]);

export function profilesOfPeople(
  { db, people, workspaceId }: { db: Db; people: People; workspaceId: number },
  schema: Schema,
  wanted: ProfilesWanted,
): Profiles {
  return {
    kind: 'person',
    idField: 'str::person_id',
    tagField: TAGS,
    // Its head tells an import that ids are in it, and not names.
    columns: [...schema.fields.values(), ACCOUNT_NAME]
      .filter(({ id }) => id !== ANONYMOUS_ID)
      .map((field) => (field.id === ACCOUNT ? { ...field, name: 'account_id' } : field)),
    isUsual: (id) => !readOnly.has(id) || written.has(id),
    async page(columns, o) {
      const page = await people.bulk.page(db, workspaceId, wanted, o);
      const profiles = page.map((person) => ({ id: person.id, fields: valuesOf(person, TAGS) }));
      if (!columns.has(ACCOUNT_NAME.id)) return profiles;
      const ids = new Set(profiles.flatMap((profile) => accountOf(profile) ?? []));
      const accounts = await people.accounts.find(db, workspaceId, [...ids]);
      return profiles.map((profile) => withAccountName(profile, accounts.get(accountOf(profile) ?? '')?.fields));
    },
  };
}

function accountOf({ fields }: Profile): string | undefined {
  const id = fields[ACCOUNT];
  return typeof id === 'string' ? internalId(id, 'account') : undefined;
}

function withAccountName({ id, fields }: Profile, account: Fields | undefined): Profile {
  const name = account?.[ACCOUNT_NAME.id];
  return name === undefined ? { id, fields } : { id, fields: { ...fields, [ACCOUNT_NAME.id]: name } };
}
