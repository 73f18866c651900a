import { RetryLater, type SetUpReport } from '@tributary/connector-kit';
import { z } from 'zod';
import { type Api, wordsOf } from './rest/api.ts';
import type { OrttoSettings } from './settings.ts';

const people = z.object({ contacts: z.unknown(), meta: z.object({ total_contacts: z.number() }).partial().nullish() });
const audiences = z.array(z.object({ instance_id: z.string().min(1) })).min(1);

/** The call that clients try a key with (recorded). It changes nothing. */
export async function look(api: Api): Promise<{ people: number | undefined }> {
  const answer = await api.post('/person/get', { limit: 1, fields: ['str::email'] });
  const read = people.safeParse(answer.body);
  if (!answer.ok || !read.success)
    throw new RetryLater(`Ortto did not answer as Ortto does: ${wordsOf(answer.body) ?? answer.status}.`, {
      applied: 'no',
    });
  return { people: read.data.meta?.total_contacts };
}

/** Tries the key. Nothing has to be made over there. The account's id stands in its audiences (recorded). */
export async function setUpAccount(api: Api, { url }: OrttoSettings): Promise<SetUpReport> {
  const { people: count } = await look(api);
  const read = audiences.safeParse((await api.post('/audiences/get', { limit: 1 })).body);
  const { protocol, hostname, host } = new URL(url);
  const name = read.success ? read.data[0]!.instance_id : host;
  const isHere = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  return {
    account: { id: name, name },
    made: [],
    found: [count === undefined ? 'The account takes the key' : `${count} people`],
    warnings: protocol === 'http:' && !isHere ? ['The key and what is written travel unencrypted: use https.'] : [],
  };
}
