import type { Config } from '../config.ts';
import { bold, dim, indent } from './told.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

export interface ExplainOptions {
  journey?: string | undefined;
  shape?: string | undefined;
  message?: string | undefined;
  all?: boolean | undefined;
  json?: boolean | undefined;
}

/** `explain EMAIL|ID`: why somebody is in a journey or is not, and why they got a message or did not. */
export function explainPerson(config: Config, [who]: string[], o: ExplainOptions): Promise<undefined> {
  if (!who) throw usage(['explain EMAIL|ID [--journey NAME [--shape SHAPE]] [--message ID] [--all]']);
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
    const named = o.all || journey !== undefined || message !== undefined || explanation.journeys.length === 1;
    const told = explanation.journeys.filter(({ runs }) => named || runs.length > 0);
    for (const { lines } of told) {
      const [head = '', ...rest] = lines;
      console.log(['', bold(head), ...indent(rest, '  ')].join('\n'));
    }
    const others = explanation.journeys.length - told.length;
    if (others > 0) console.log(`\n${othersTold(others, told.length)}`);
    return undefined;
  });
}

function othersTold(others: number, told: number): string {
  const more = '--journey NAME says why not, --all of all';
  if (told === 0) return `is not in any of ${others} journeys, and never was: ${more}`;
  return `and was never in ${others === 1 ? 'the one other' : `any of ${others} others`}: ${more}`;
}
