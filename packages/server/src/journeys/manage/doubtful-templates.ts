import { type JourneyDefinition, type Problem, parseFieldId } from '@tributary/model';
import { offersToUnsubscribe, unknownNames } from '../../messages/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { rulesOf } from '../sending-rules.ts';
import { templatesIn } from '../templates.ts';
import type { Managing } from './managing.ts';

/** What is hardly meant in the templates that a journey names: names that are nothing, and no link to unsubscribe. */
export async function doubtfulTemplates(
  tx: Tx,
  o: Managing,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const placed = Object.entries(journey.shapes).flatMap(([id, shape]) => {
    const { transactional } = rulesOf(journey, 'sending' in shape ? shape.sending : undefined);
    return templatesIn({ ...journey, shapes: { [id]: shape } }).map((each) => ({ ...each, transactional }));
  });
  const stored = await o.messages.templatesNamed(tx, workspaceId, [...new Set(placed.map(({ template }) => template))]);
  const { fields } = await o.people.schema(tx, workspaceId);
  const custom = new Set([...fields.keys()].map(parseFieldId).flatMap((id) => (id?.source === 'cm' ? id.name : [])));
  return placed.flatMap(({ at, template, transactional }) => {
    const found = stored.get(template);
    if (!found) return [];
    const unknown = unknownNames(found, (name) => custom.has(name)).map(
      (name) => `“${template}” names {{ ${name} }}, which is nothing: it stays empty for everybody`,
    );
    const link = `“${template}” has no link to unsubscribe: put {{ unsubscribe_url }} into it, or say that it is transactional`;
    return [...unknown, ...(transactional || offersToUnsubscribe(found) ? [] : [link])].map((problem) => ({
      at,
      problem,
    }));
  });
}
