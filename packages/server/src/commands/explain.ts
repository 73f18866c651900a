import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { bold, dim, indent } from './told.ts';
import { withRooms } from './with-database.ts';

export interface ExplainOptions {
  journey?: string | undefined;
  shape?: string | undefined;
  message?: string | undefined;
  json?: boolean | undefined;
}

/** `explain EMAIL|ID`: why somebody is in a journey or is not, and why they got a message or did not. */
export function explainPerson(config: Config, [who]: string[], o: ExplainOptions): Promise<undefined> {
  if (!who) throw new UserError('unknown_command', 'explain EMAIL|ID [--journey NAME [--shape SHAPE]] [--message ID]');
  return withRooms(config, async ({ journeys, workspace }) => {
    const { journey, shape, message } = o;
    const explanation = await journeys.explaining.explain(workspace.id, who, { journey, shape, message });
    if (o.json) {
      console.log(JSON.stringify(explanation, null, 2));
      return undefined;
    }
    const { person } = explanation;
    const standing = [
      ...(person.archived_at ? ['archived'] : []),
      ...(person.unsubscribed ? ['unsubscribed from e-mail'] : []),
      ...(person.suppressed ? [`their address gets no mail: ${person.suppressed}`] : []),
    ];
    console.log(`${bold(person.email ?? who)}${standing.length > 0 ? dim(`, ${standing.join(', ')}`) : ''}`);
    if (explanation.journeys.length === 0) console.log('No journey was ever published.');
    for (const { lines } of explanation.journeys) {
      const [head = '', ...rest] = lines;
      console.log(['', bold(head), ...indent(rest, '  ')].join('\n'));
    }
    return undefined;
  });
}
