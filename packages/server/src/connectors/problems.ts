import type { Connector, ConnectorAction } from '@tributary/connector-kit';
import type { Problem } from '@tributary/model';
import { renderText } from '../messages/index.ts';
import { messageOf, UserError } from '../platform/errors.ts';

const nobody = { person: { fields: {} }, entry: {} };

/** What can be seen to be wrong with the connector actions of a journey, each with its place. */
export function problemsWith(
  connectors: readonly Connector<unknown>[],
  shapes: Readonly<Record<string, unknown>>,
): Problem[] {
  return Object.entries(shapes).flatMap(([id, shape]) => {
    if (typeof shape !== 'object' || shape === null) return [];
    const { kind, connector: name, action: asked = '', input } = shape as Record<string, unknown>;
    if (kind !== 'action') return [];
    const at = `shapes.${id}`;
    const connector = connectors.find((candidate) => candidate.id === name);
    if (!connector) return [{ at: `${at}.connector`, problem: `there is no connector "${name}"` }];
    const { actions } = connector;
    const action = Object.hasOwn(actions, String(asked)) ? actions[String(asked)] : undefined;
    if (!action) {
      const known = Object.keys(actions).join(', ');
      return [{ at: `${at}.action`, problem: `${connector.name} knows no action "${asked}"; it knows ${known}` }];
    }
    return problemsWithInput(action, `"${asked}" of ${connector.name}`, input, `${at}.input`);
  });
}

/** Liquid can be anything once it is rendered: of that, only whether it can be read is known now. */
function problemsWithInput(action: ConnectorAction, what: string, input: unknown, at: string): Problem[] {
  // What is no input at all is told with the journey's shapes.
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return [];
  const liquid = Object.entries(input).flatMap(([key, value]) => (isLiquid(value) ? [{ key, value }] : []));
  const unreadable = liquid.flatMap(({ key, value }) => {
    const problem = problemWithLiquid(value);
    return problem === undefined ? [] : [{ at: `${at}.${key}`, problem }];
  });
  const issues = action.input.safeParse(input).error?.issues ?? [];
  const wrong = issues
    .filter(({ path: [key] }) => !liquid.some((one) => one.key === key))
    .flatMap((issue): Problem[] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ at: `${at}.${key}`, problem: `${what} takes no such input` }))
        : [{ at: [at, ...issue.path].join('.'), problem: messageOfIssue(issue, input) }],
    );
  return [...unreadable, ...wrong];
}

function isLiquid(value: unknown): value is string {
  return typeof value === 'string' && /\{[{%]/.test(value);
}

function problemWithLiquid(text: string): string | undefined {
  try {
    renderText(text, nobody);
    return undefined;
  } catch (error) {
    // That it can not be rendered for nobody says little about somebody.
    return error instanceof UserError ? messageOf(error) : undefined;
  }
}

function messageOfIssue({ path, message }: { path: PropertyKey[]; message: string }, input: object): string {
  const [key] = path;
  return key !== undefined && !Object.hasOwn(input, key) ? `is missing: ${message}` : message;
}
