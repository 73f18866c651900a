import type { Estimate } from '../../reports/index.ts';

/** Whether a journey helps, in a sentence: what it adds to the share of those who reach its goal, and how sure that is. */
export function liftInWords(estimate: Estimate | undefined): string {
  if (!estimate) return 'No one was held out, so there is nothing to compare with.';
  const certain =
    estimate.low > 0
      ? 'The journey helps'
      : estimate.high < 0
        ? 'The journey harms'
        : 'It can not be told yet whether the journey helps';
  const differs = `${points(Math.abs(estimate.value))} points ${estimate.value < 0 ? 'lower' : 'higher'}`;
  return `${certain}: the share that reaches the goal is ${differs} than among those held out. The true difference is between ${signed(estimate.low)} and ${signed(estimate.high)} points.`;
}

const points = (share: number): string => (share * 100).toFixed(1);

/** With its sign; what rounds to nothing has none. */
function signed(share: number): string {
  const figure = points(Math.abs(share));
  return figure === '0.0' ? figure : `${share < 0 ? '−' : '+'}${figure}`;
}
