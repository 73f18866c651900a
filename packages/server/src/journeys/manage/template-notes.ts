import { type JourneyDefinition, type Problem, parseFieldId, type Shape } from '@tributary/model';
import { templateNotes, textNotes } from '../../messages/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { rulesOf } from '../sending-rules.ts';
import { templatesIn } from '../templates.ts';
import type { Managing } from './managing.ts';

/** What is hardly meant in the templates of a journey's e-mails, at the shapes that send them, and in other texts of its shapes. */
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
  const ofTexts = Object.entries(journey.shapes).flatMap(([id, shape]) =>
    WITH_TEXTS.has(shape.kind)
      ? textsIn(shape, `shapes.${id}`).flatMap(({ at, text }) =>
          textNotes(text, { hasCustom }).map((problem) => ({ at, problem })),
        )
      : [],
  );
  const ofTemplates = placed.flatMap(({ at, template: name, transactional }) => {
    const template = stored.get(name);
    if (!template) return [];
    return templateNotes(template, { hasCustom, transactional }).map((note) => ({ at, problem: `“${name}” ${note}` }));
  });
  return [...ofTemplates, ...ofTexts];
}

/** Kinds whose texts are Liquid. */
const WITH_TEXTS: ReadonlySet<Shape['kind']> = new Set([
  ...(['notice', 'webhook', 'sms', 'push', 'inapp', 'slack', 'update', 'action'] as const),
]);

/** All texts in a part, each with its place. */
function textsIn(part: unknown, at: string): { at: string; text: string }[] {
  if (typeof part === 'string') return [{ at, text: part }];
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => textsIn(value, `${at}.${key}`));
}
