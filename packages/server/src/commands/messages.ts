import { publicId } from '@tributary/model';
import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { idFrom } from './ids.ts';
import { receive } from './receive.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

const LISTED_MAX = 100;
const HOW = [
  'messages uncertain [list]',
  'messages uncertain resend ID',
  'messages uncertain drop ID',
  'messages receive [FILE]…',
];

/** `messages uncertain [list|resend ID|drop ID]`: mail of which nobody can tell whether it arrived; `messages receive`. */
export function messages(config: Config, [what, ...rest]: string[]): Promise<number | undefined> {
  if (what === 'receive') return receive(config, rest);
  const [verb = 'list', id] = rest;
  if (what !== 'uncertain' || !['list', 'resend', 'drop'].includes(verb) || (verb !== 'list' && !id)) throw usage(HOW);
  return withRooms(config, async ({ db, messages: room }) => {
    if (verb === 'list') {
      const all = (await room.listUncertain(db, LISTED_MAX)).filter(({ state }) => state === 'uncertain');
      if (all.length === 0) console.log('No message is uncertain.');
      for (const { id: message, address, subject, reason, queuedAt } of all) {
        console.log(
          [publicId(message, 'message'), address ?? '–', subject ?? '–', queuedAt.toISOString(), reason ?? ''].join(
            '\t',
          ),
        );
      }
      return undefined;
    }
    const message = idFrom(id, 'message');
    const found = message && (await room.settleUncertain(message, verb === 'drop' ? 'drop' : 'resend'));
    if (!found) throw new UserError('message_not_found', `no message "${id}" is uncertain: see "messages uncertain"`);
    console.log(verb === 'drop' ? `Message ${id} is not sent again.` : `Message ${id} is sent again.`);
    return undefined;
  });
}
