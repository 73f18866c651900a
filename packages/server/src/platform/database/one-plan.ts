import { send, type Tx } from './pool.ts';

/**
 * Statements sent in `work` have one plan each, made once and kept: for what takes longer to plan than to run. It may
 * have been made while the tables were empty, when reading a whole table looked cheap; so everything is to be found
 * by an index.
 */
export function withOnePlan<T>(tx: Tx, work: () => T): T {
  send(tx, { name: 'plan.once', text: once });
  const result = work();
  send(tx, { name: 'plan.as-ever', text: asEver });
  return result;
}

const once = planning('force_generic_plan', 'off');
const asEver = planning('auto', 'on');

function planning(cache: string, others: string): string {
  const off = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'].map(
    (setting) => `set_config('${setting}', '${others}', true)`,
  );
  return `select set_config('plan_cache_mode', '${cache}', true), set_config('jit', 'off', true), ${off.join(', ')}`;
}
