import { action } from '@tributary/connector-kit';
import { z } from 'zod';
import { leadOf } from '../../entity.ts';
import { writeOf } from '../writes.ts';
import { noDeal, text } from './input.ts';

const year = 365 * 24;
const hours = z
  .union(
    [
      z.number(),
      z
        .string()
        .trim()
        .regex(/^\d+(\.\d+)?$/)
        .transform(Number),
    ],
    'expected a number of hours',
  )
  .pipe(z.number().min(0, 'expected hours from now on').max(year, 'that is more than a year'));

/** The two types every account has (Kommo, "Tasks"). */
const taskTypes = { 'follow-up': 1, meeting: 2 } as const;

const input = z.strictObject({
  text: text(4_000),
  dueInHours: hours.default(24),
  type: z.enum(['follow-up', 'meeting'], 'expected follow-up or meeting').default('follow-up'),
});

/** A task on the person's deal, for whoever is responsible for it at the time of writing. */
export const task = action({
  name: 'Create a task',
  input,
  write(asked, of) {
    const lead = leadOf(of);
    if (!lead) return noDeal;
    const due = of.requestedAt.getTime() + asked.dueInHours * 3_600_000;
    return writeOf('task', lead, {
      text: asked.text,
      completeTill: Math.floor(due / 1000),
      taskType: taskTypes[asked.type],
    });
  },
});
