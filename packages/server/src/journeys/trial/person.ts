import { type Fields, publicId } from '@tributary/model';
import { fieldIdsOf, type People, personIdFrom, valuesOf } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { SimulateInput } from './input.ts';

/** Who goes through a simulation. */
export interface Somebody {
  /** Of somebody who is there. */
  id: string | undefined;
  /** As templates and filters see them; tags stand under `tags`, what the server keeps under its own ids. */
  fields: Fields;
  archivedAt: Date | undefined;
  /** Why their address gets no mail, if it is so. */
  suppressed: string | undefined;
}

/** Somebody made up has an address and may be written to, unless it is said otherwise. */
const MADE_UP: Fields = { 'str::email': 'somebody@example.com', 'bol::p': true, 'bol::sp': false };

/** The number of a person whom there is none of. */
export const NOBODY = '0';

export async function loadSomebody(
  o: { db: Db; people: People },
  workspaceId: number,
  given: SimulateInput['person'],
): Promise<Somebody> {
  if (typeof given === 'object' && 'fields' in given) return madeUp(given);
  const id = await idOf(o, workspaceId, given);
  const person = id === undefined ? undefined : (await o.people.search.byIds(o.db, workspaceId, [id])).get(id);
  if (!person) {
    const named = typeof given === 'string' ? given : 'id' in given ? given.id : given.email;
    throw new UserError('person_not_found', `there is no person "${named}"`, 404);
  }
  const fields = valuesOf(person, fieldIdsOf(person));
  const address = String(fields['str::email'] ?? '');
  const reasons = address === '' ? undefined : await o.people.suppression.reasons(o.db, workspaceId, [address]);
  return {
    id: person.id,
    fields,
    archivedAt: person.archivedAt ?? undefined,
    suppressed: reasons?.get(address),
  };
}

function madeUp({ fields, tags }: { fields: Fields; tags: readonly string[] }): Somebody {
  const known = Object.entries({ ...MADE_UP, ...fields }).filter(([, value]) => value !== null);
  return {
    id: undefined,
    fields: { ...Object.fromEntries(known), ...(tags.length > 0 ? { tags } : {}) },
    ...{ archivedAt: undefined, suppressed: undefined },
  };
}

async function idOf(
  o: { db: Db; people: People },
  workspaceId: number,
  given: string | { id: string } | { email: string },
): Promise<string | undefined> {
  if (typeof given === 'object' && 'id' in given) return personIdFrom(given.id);
  const text = typeof given === 'string' ? given : given.email;
  const id = typeof given === 'string' ? personIdFrom(text) : undefined;
  return id ?? o.people.findByEmail(o.db, workspaceId, text);
}

/** Who it was, for the answer. */
export function personTold({ id, fields }: Somebody) {
  const email = fields['str::email'];
  return {
    made_up: id === undefined,
    ...(id === undefined ? {} : { id: publicId(id) }),
    ...(typeof email === 'string' ? { email } : {}),
  };
}
