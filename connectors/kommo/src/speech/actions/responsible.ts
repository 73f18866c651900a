import { action } from '@tributary/connector-kit';
import { z } from 'zod';
import { leadOf } from '../../entity.ts';
import { writeOf } from '../writes.ts';
import { nameOrId, noDeal } from './input.ts';

/** Gives the person's deal to a user of the account. */
export const responsible = action({
  name: 'Set the responsible user',
  input: z.strictObject({ user: nameOrId }),
  write({ user }, of) {
    const lead = leadOf(of);
    if (!lead) return noDeal;
    return writeOf('responsible', lead, { user, at: of.requestedAt.toISOString() });
  },
});
