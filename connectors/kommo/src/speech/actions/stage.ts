import { action, flag } from '@tributary/connector-kit';
import { z } from 'zod';
import { leadOf } from '../../entity.ts';
import { writeOf } from '../writes.ts';
import { nameOrId, noDeal } from './input.ts';

/** Moves the person's deal to a stage. One that is won or lost stays so, unless the step says `reopen`. */
export const stage = action({
  name: 'Move to a stage',
  input: z.strictObject({
    stage: nameOrId,
    pipeline: nameOrId.optional(),
    reopen: flag.default(false),
  }),
  write({ stage: name, pipeline, reopen }, of) {
    const lead = leadOf(of);
    if (!lead) return noDeal;
    const body = { stage: name, ...(pipeline === undefined ? {} : { pipeline }), reopen };
    return writeOf('stage', lead, { ...body, at: of.requestedAt.toISOString() });
  },
});
