import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { MAIL_TRIES_MAX } from '../outbox/backoff.ts';
import { tellPeople } from '../outbox/recorder.ts';
import { settle } from '../outbox/settle.ts';
import { type AnsweredMessage, updateReturned } from '../store/inbound.sql.ts';
import type { Undelivered } from './report.ts';

/**
 * A message that was handed over, and given up on its way, comes out as it would have if its server had been asked by us:
 * refused at the last try. What that means the outbox says.
 */
export async function bounce(
  tx: Tx,
  o: { people: People; clock: Clock; log: Log },
  message: AnsweredMessage,
  { about, forGood, response }: Undelivered,
): Promise<{ as: 'bounce'; recorded: 'now' | 'before' | 'nobody'; why: string }> {
  if (message.state === 'sending')
    throw new UserError('mail_too_early', 'the message is being sent: send the notification again in a moment', 409);
  const { subject, template, address, workspaceId, personId } = message;
  const person = (await o.people.find(tx, workspaceId, [personId])).get(personId);
  if (address === null || !person) return { as: 'bounce', recorded: 'nobody', why: response };
  const settled = settle(
    { ...message, attempts: MAIL_TRIES_MAX },
    { channel: 'email', name: template ?? '' },
    'mail',
    { did: 'refused', forGood, about, response, address, subject },
    o.clock.now(),
  );
  const written = await updateReturned(tx, settled.change);
  // The mark says that nobody has the address that the person has now.
  const theirs = String(person.fields['str::email']).toLowerCase() === address.toLowerCase();
  const items = settled.items.filter((item) => theirs || item.activity);
  if (written) await tellPeople(tx, o, [{ ...settled, items }], written.freed === null ? [] : [written.freed]);
  return { as: 'bounce', recorded: written ? 'now' : 'before', why: response };
}
