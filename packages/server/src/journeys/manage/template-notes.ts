import type { JourneyDefinition, Problem } from '@tributary/model';
import { templateNotes } from '../../messages/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { templatesIn } from '../templates.ts';
import type { Managing } from './managing.ts';

/** What is hardly meant in the templates of a journey's e-mails, at the shapes that send them. */
export async function notesOnTemplates(
  tx: Tx,
  { messages }: Managing,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const named = templatesIn(journey);
  const templates = await messages.templatesNamed(tx, workspaceId, [...new Set(named.map(({ template }) => template))]);
  return named.flatMap(({ at, template: name }) => {
    const template = templates.get(name);
    return template ? templateNotes(template).map((note) => ({ at, problem: `“${name}”: ${note}` })) : [];
  });
}
