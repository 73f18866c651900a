import { type Provided, RetryLater, type SetUpReport } from '@tributary/connector-kit';
import { z } from 'zod';
import { type Api, wordsOf } from '../rest/api.ts';
import type { OrttoSettings } from '../settings.ts';
import { mirror } from './mirror.ts';

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

/** Tries the key, and makes what is to be mirrored. The account's id stands in its audiences (recorded). */
export async function setUpAccount(api: Api, { url }: OrttoSettings, mirrored?: Provided): Promise<SetUpReport> {
  const { people: count } = await look(api);
  const { made, found, warnings } = mirrored ? await mirror(api, mirrored) : nothing;
  const read = audiences.safeParse((await api.post('/audiences/get', { limit: 1 })).body);
  const { protocol, hostname, host } = new URL(url);
  const name = read.success ? read.data[0]!.instance_id : host;
  const isHere = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  return {
    account: { id: name, name },
    made,
    found: [count === undefined ? 'The account takes the key' : `${count} people`, ...found],
    warnings: [
      ...warnings,
      ...(protocol === 'http:' && !isHere ? ['The key and what is written travel unencrypted: use https.'] : []),
    ],
  };
}

const nothing: Pick<SetUpReport, 'made' | 'found' | 'warnings'> = { made: [], found: [], warnings: [] };
