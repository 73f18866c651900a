import { action } from '@tributary/connector-kit';
import { z } from 'zod';
import { contactOf, leadOf } from '../../entity.ts';
import { writeOf } from '../writes.ts';
import { nameOrId, noContact, noDeal, text } from './input.ts';

const value = z.union([text(4_000), z.number(), z.boolean()], 'expected a text, a number, true or false');

/**
 * Sets a custom field of the person's deal, or of their contact. Whether there is such a field, and whether it holds
 * such a value, is known when it is written.
 */
export const field = action({
  name: 'Set a field',
  input: z.strictObject({
    on: z.enum(['deal', 'contact'], 'expected deal or contact').default('deal'),
    field: nameOrId,
    value,
  }),
  write({ on, field: name, value: given }, of) {
    const entity = on === 'deal' ? leadOf(of) : contactOf(of);
    if (!entity) return on === 'deal' ? noDeal : noContact;
    return writeOf('field', entity, { field: name, value: given, at: of.requestedAt.toISOString() });
  },
});
