import { type JourneyDefinition, type Problem, parseFieldId } from '@tributary/model';
import { templateNotes } from '../../messages/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { rulesOf } from '../sending-rules.ts';
import { templatesIn } from '../templates.ts';
import type { Managing } from './managing.ts';

/** What is hardly meant in the templates of a journey's e-mails, at the shapes that send them. */
export async function notesOnTemplates(
  tx: Tx,
  { messages, people }: Managing,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const placed = Object.entries(journey.shapes).flatMap(([id, shape]) => {
    const { transactional = false } = rulesOf(journey, 'sending' in shape ? shape.sending : undefined);
    return templatesIn({ ...journey, shapes: { [id]: shape } }).map((each) => ({ ...each, transactional }));
  });
  const stored = await messages.templatesNamed(tx, workspaceId, [...new Set(placed.map(({ template }) => template))]);
  const { fields } = await people.schema(tx, workspaceId);
  const custom = new Set([...fields.keys()].map(parseFieldId).flatMap((id) => (id?.source === 'cm' ? id.name : [])));
  const hasCustom = (name: string): boolean => custom.has(name);
  return placed.flatMap(({ at, template: name, transactional }) => {
    const template = stored.get(name);
    if (!template) return [];
    return templateNotes(template, { hasCustom, transactional }).map((note) => ({ at, problem: `“${name}” ${note}` }));
  });
}
