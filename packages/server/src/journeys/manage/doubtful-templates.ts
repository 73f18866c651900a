import { type JourneyDefinition, type Problem, parseFieldId } from '@tributary/model';
import { unknownNames } from '../../messages/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { templatesIn } from '../templates.ts';
import type { Managing } from './managing.ts';

/** What is hardly meant in the templates that a journey names: names that are nothing. */
export async function doubtfulTemplates(
  tx: Tx,
  o: Managing,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const placed = templatesIn(journey);
  const stored = await o.messages.templatesNamed(tx, workspaceId, [...new Set(placed.map(({ template }) => template))]);
  const { fields } = await o.people.schema(tx, workspaceId);
  const custom = new Set([...fields.keys()].map(parseFieldId).flatMap((id) => (id?.source === 'cm' ? id.name : [])));
  return placed.flatMap(({ at, template }) => {
    const found = stored.get(template);
    const names = found ? unknownNames(found, (name) => custom.has(name)) : [];
    return names.map((name) => ({
      at,
      problem: `“${template}” names {{ ${name} }}, which is nothing: it stays empty for everybody`,
    }));
  });
}
