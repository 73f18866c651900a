import type { DueWrite, WriteOutcome } from '@tributary/connector-kit';
import type { z } from 'zod';
import { fieldBody, leadOfTarget, noteBody, taskBody } from '../speech/writes.ts';
import { writeFields } from './fields.ts';
import { writeNotes } from './notes.ts';
import { writeTasks } from './tasks.ts';
import type { Addressed, Writer } from './writer.ts';

const bodies = new Map<string, z.ZodType>([
  ['field', fieldBody],
  ['note', noteBody],
  ['task', taskBody],
]);

/**
 * Writes what is due, in few calls. Fields first: "Unsubscribed" keeps a
 * manager from writing by hand. What can not be written as it stands fails
 * alone; what time may put right ends the whole, and comes again.
 */
export async function* writeAll(writer: Writer, writes: readonly DueWrite[]): AsyncGenerator<WriteOutcome[]> {
  const unreadable: WriteOutcome[] = [];
  const sorted: Addressed[] = [];
  for (const write of writes) {
    const leadId = leadOfTarget(write.target);
    const body = bodies.get(write.kind)?.safeParse(write.body);
    if (!body) unreadable.push({ id: write.id, done: false, why: `Kommo knows no “${write.kind}”` });
    else if (leadId === undefined) unreadable.push({ id: write.id, done: false, why: `“${write.target}” is no deal` });
    else if (!body.success)
      unreadable.push({ id: write.id, done: false, why: `not a ${write.kind}: ${body.error.message}` });
    else {
      writer.echoes.wrote(leadId);
      sorted.push({ write, leadId });
    }
  }
  const ofKind = (kind: string) => sorted.filter(({ write }) => write.kind === kind);
  if (unreadable.length > 0) yield unreadable;
  yield* writeFields(writer, ofKind('field'));
  yield* writeNotes(writer, ofKind('note'));
  yield* writeTasks(writer, ofKind('task'));
}
