import type { ConnectorAction } from '@tributary/connector-kit';
import { z } from 'zod';
import { toTheSecond } from './moment.ts';
import { leadOf, note, task } from './writes.ts';

const text = z.string().trim().min(1).max(4_000);
const year = 365 * 24;
/** Inputs of a step are Liquid: a number that was computed comes as text. */
const hours = z
  .union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^\d+(\.\d+)?$/, 'expected a number of hours')
      .transform(Number),
  ])
  .pipe(z.number().min(0).max(year));

const taskInput = z.object({
  text,
  dueInHours: hours.default(24),
  type: z.enum(['follow-up', 'meeting']).default('follow-up'),
});
const noteInput = z.object({ text });

/** The two types every account has (Kommo, "Tasks"). */
const taskTypes = { 'follow-up': 1, meeting: 2 } as const;

const noDeal = { skip: 'the person has no deal in Kommo' };

/** Why an input can not be used. A text that is fine as Liquid may still come out empty. */
function refusal(error: z.ZodError): { skip: string } {
  const [issue] = error.issues;
  return { skip: `${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'not valid'}` };
}

/** A task on the person's deal, for whoever is responsible for it at the time of writing. */
const createTask: ConnectorAction = {
  name: 'Create a task',
  input: taskInput,
  write(input, of) {
    const leadId = leadOf(of);
    const read = taskInput.safeParse(input);
    if (!read.success) return refusal(read.error);
    if (leadId === undefined) return noDeal;
    const due = of.requestedAt.getTime() + read.data.dueInHours * 3_600_000;
    return task(leadId, {
      text: read.data.text,
      completeTill: Math.floor(due / 1000),
      taskType: taskTypes[read.data.type],
    });
  },
};

const addNote: ConnectorAction = {
  name: 'Add a note',
  input: noteInput,
  write(input, of) {
    const leadId = leadOf(of);
    const read = noteInput.safeParse(input);
    if (!read.success) return refusal(read.error);
    if (leadId === undefined) return noDeal;
    return note(leadId, {
      text: `${read.data.text} · ${toTheSecond(of.requestedAt)}`,
      at: of.requestedAt.toISOString(),
    });
  },
};

export const actions: Readonly<Record<string, ConnectorAction>> = { task: createTask, note: addNote };
