import type { DueWrite, Memory, WriteOutcome } from '@tributary/connector-kit';
import { type Entity, entityOf } from '../entity.ts';
import { bodies, type Kind } from '../speech/writes.ts';
import { writeChanges } from './changes.ts';
import { closeDeleted } from './closed.ts';
import { planFields } from './fields.ts';
import { writeNotes } from './notes.ts';
import { planResponsible } from './responsible.ts';
import { planStages } from './stages.ts';
import { writeTasks } from './tasks.ts';
import type { Addressed, Writer } from './writer.ts';

/** What can be done to what. */
const takes: Record<Kind, readonly Entity['kind'][]> = {
  note: ['lead', 'contact'],
  field: ['lead', 'contact'],
  stage: ['lead'],
  responsible: ['lead'],
  task: ['lead'],
};

/**
 * Writes what is due, in few calls. What changes the deal first: "Unsubscribed"
 * keeps a manager from writing by hand, and a task is for whoever is
 * responsible then. What can not be written as it stands fails alone; what
 * time may put right ends the whole, and comes again.
 */
export async function* writeAll(
  writer: Writer,
  writes: readonly DueWrite[],
  memory: Memory,
): AsyncGenerator<WriteOutcome[]> {
  const unreadable: WriteOutcome[] = [];
  const readable: Addressed[] = [];
  for (const write of writes) {
    const entity = entityOf(write.target);
    const why = problemWith(write, entity);
    if (why !== undefined || !entity) {
      unreadable.push({ id: write.id, done: false, why: why ?? '' });
      continue;
    }
    readable.push({ write, entity });
  }
  const { closed, open } = await closeDeleted(readable, memory);
  if (unreadable.length + closed.length > 0) yield [...unreadable, ...closed];
  for (const { entity } of open) if (entity.kind === 'lead') writer.echoes.wrote(entity.id);

  const of = (kind: Kind, to: Entity['kind']) =>
    open.filter(({ write, entity }) => write.kind === kind && entity.kind === to);
  const plans = [
    await planFields(writer, 'lead', of('field', 'lead')),
    await planResponsible(writer, of('responsible', 'lead')),
    // Last, for it looks where the deals are: somebody may move them meanwhile.
    await planStages(writer, of('stage', 'lead')),
  ];
  const settled = plans.flatMap((plan) => plan.settled);
  if (settled.length > 0) yield settled;
  yield* writeChanges(
    writer,
    'lead',
    plans.flatMap((plan) => plan.changes),
  );
  const contacts = await planFields(writer, 'contact', of('field', 'contact'));
  if (contacts.settled.length > 0) yield contacts.settled;
  yield* writeChanges(writer, 'contact', contacts.changes);
  yield* writeNotes(writer, 'lead', of('note', 'lead'));
  yield* writeNotes(writer, 'contact', of('note', 'contact'));
  yield* writeTasks(writer, of('task', 'lead'));
}

function problemWith(write: DueWrite, entity: Entity | undefined): string | undefined {
  if (!Object.hasOwn(bodies, write.kind)) return `Kommo knows no “${write.kind}”`;
  const kind = write.kind as Kind;
  if (!entity) return `“${write.target}” is no deal and no contact`;
  if (!takes[kind].includes(entity.kind)) return `a ${kind} is nothing for “${write.target}”`;
  const body = bodies[kind].safeParse(write.body);
  return body.success ? undefined : `not a ${kind}: ${body.error.message}`;
}
