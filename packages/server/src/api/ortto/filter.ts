import type { Filter } from '@tributary/model';
import type { Filters } from '../../people/index.ts';
import type { Queryable } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { Called } from './call.ts';

const UNKNOWN = 'unknown operator';

/**
 * A filter from outside, checked. What is wrong with it is told as Ortto does
 * (recorded for an unknown operator): the filter, then the part at fault.
 */
export async function checkedFilter(
  o: { filters: Filters; db: Queryable },
  { workspaceId, instance }: Called,
  given: unknown,
): Promise<Filter | undefined> {
  if (given === undefined || given === null) return undefined;
  const [first] = await o.filters.problemsNow(o.db, workspaceId, given);
  if (!first) return given as Filter;
  const [operator, body] = isRecord(given) ? (Object.entries(given)[0] ?? ['', given]) : ['', given];
  const part = partAt(given, first.at);
  // Recorded is an operator that is not known: it stands in the words already. Where else, is ours to say.
  const unknown = first.problem.startsWith(UNKNOWN);
  const problem = unknown ? first.problem.replace(UNKNOWN, 'Unknown operation') : first.problem;
  const where = unknown ? '' : ` at ${first.at}`;
  throw new UserError(
    'bad_request',
    `${instance}: Failed to decode filter ${operator} body ${JSON.stringify(body)}: ${problem}: ${JSON.stringify(part)}${where} (Invalid value) (Invalid value)`,
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What stands at a path such as `filter.$and[0].$int::gt`. */
function partAt(filter: unknown, at: string): unknown {
  const steps = at
    .split(/\.|\[(\d+)\]/)
    .filter(Boolean)
    .slice(1);
  return steps.reduce((part, step) => (isRecord(part) && Object.hasOwn(part, step) ? part[step] : part), filter);
}
