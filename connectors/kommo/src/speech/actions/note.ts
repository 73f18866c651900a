import { action } from '@tributary/connector-kit';
import { z } from 'zod';
import { contactOf, leadOf } from '../../entity.ts';
import { toTheSecond } from '../moment.ts';
import { writeOf } from '../writes.ts';
import { text } from './input.ts';

/** A note on the person's deal, or on their contact when they have none. */
export const note = action({
  name: 'Add a note',
  input: z.strictObject({ text: text(4_000) }),
  write(asked, of) {
    const entity = leadOf(of) ?? contactOf(of);
    if (!entity) return { skip: 'the person has no deal and no contact in Kommo' };
    return writeOf('note', entity, {
      text: `${asked.text} · ${toTheSecond(of.requestedAt)}`,
      at: of.requestedAt.toISOString(),
    });
  },
});
