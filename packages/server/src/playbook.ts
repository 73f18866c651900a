import { type Playbook, playbook as schema } from '@tributary/model';
import type { Connectors } from './connectors/index.ts';
import type { JourneyRow, Journeys } from './journeys/index.ts';
import type { Messages } from './messages/index.ts';
import type { People } from './people/index.ts';
import { type Db, transaction } from './platform/database/pool.ts';
import { UserError } from './platform/errors.ts';
import { define } from './playbooks/push.ts';

/**
 * Puts a playbook that is at hand as data on, always as a new version, all or nothing. It has ids, not names: files are
 * for `playbooks/push.ts`. Throws a `UserError` with every problem.
 */
export async function pushPlaybook(
  o: { db: Db; people: People; messages: Messages; journeys: Journeys; connectors: Connectors },
  workspaceId: number,
  input: unknown,
): Promise<JourneyRow> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new UserError('playbook_is_wrong', `this is not a playbook:\n${problems.join('\n')}`);
  }
  const { journey, templates }: Playbook = parsed.data;
  const shapes = (journey as { shapes?: unknown } | undefined)?.shapes;
  const actions = o.connectors.problemsWith(
    typeof shapes === 'object' && shapes ? (shapes as Record<string, unknown>) : {},
  );
  if (actions.length > 0) {
    const problems = actions.map(({ at, problem }) => `  ${at}: ${problem}`);
    throw new UserError('journey_is_wrong', `the journey can not be published:\n${problems.join('\n')}`);
  }
  return transaction(o.db, async (tx) => {
    await define(tx, o, workspaceId, [parsed.data]);
    for (const [name, template] of Object.entries(templates)) {
      await o.messages.putTemplate(tx, workspaceId, name, template);
    }
    return o.journeys.publish(tx, workspaceId, journey);
  }).finally(o.people.forgetSchema);
}
