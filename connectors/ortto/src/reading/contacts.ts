import type { Hint } from '@tributary/connector-kit';
import { z } from 'zod';
import type { Api } from '../rest/api.ts';

/** A contact as Ortto knows them now. */
export interface Contact {
  email: string | undefined;
  externalId: string | undefined;
  first: string | undefined;
  last: string | undefined;
  /** `bol::p` and `bol::sp`: absent is no. */
  permissions: { 'bol::p': boolean; 'bol::sp': boolean };
}

const text = z
  .string()
  .optional()
  .catch(undefined)
  .transform((value) => value || undefined);
const flag = z.boolean().catch(false);
const fields = z
  .object({
    'str::email': text,
    'str::ei': text,
    'str::first': text,
    'str::last': text,
    'bol::p': flag,
    'bol::sp': flag,
  })
  .transform(
    (known): Contact => ({
      ...{ email: known['str::email'], externalId: known['str::ei'] },
      ...{ first: known['str::first'], last: known['str::last'] },
      permissions: { 'bol::p': known['bol::p'], 'bol::sp': known['bol::sp'] },
    }),
  );
/** By their ids; who is not there is absent (recorded). */
const found = z.object({ contacts: z.record(z.string(), z.object({ fields })).nullish() });

const asked = ['str::email', 'str::ei', 'str::first', 'str::last', 'bol::p', 'bol::sp'];
const atOnce = 100;

/** Reads the contacts that hints name: one request for up to a hundred. Who is not there is absent. */
export async function readContacts(api: Api, hints: readonly Hint[]): Promise<ReadonlyMap<string, Contact>> {
  const ids = [...new Set(hints.flatMap(({ said }) => said.contactId ?? []))].filter((id) => /^[0-9a-f]{24}$/.test(id));
  const contacts = new Map<string, Contact>();
  for (let from = 0; from < ids.length; from += atOnce) {
    const contact_ids = ids.slice(from, from + atOnce);
    const answer = await api.post('/person/get-by-ids', { contact_ids, fields: asked });
    const read = found.safeParse(answer.body);
    if (!answer.ok || !read.success) continue;
    for (const [id, contact] of Object.entries(read.data.contacts ?? {})) contacts.set(id, contact.fields);
  }
  return contacts;
}
