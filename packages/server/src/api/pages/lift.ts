import type { Estimate } from '../../reports/index.ts';

/** Whether a journey, or what follows a step of it, helps, in a sentence: what it adds to the share of those who reach the goal, and how sure that is. */
export function liftInWords(estimate: Estimate | undefined, what = 'the journey'): string {
  if (!estimate) return 'No one was held out, so there is nothing to compare with.';
  const What = what.charAt(0).toUpperCase() + what.slice(1);
  const certain =
    estimate.low > 0
      ? `${What} helps`
      : estimate.high < 0
        ? `${What} harms`
        : `It can not be told yet whether ${what} helps`;
  const differs = `${points(Math.abs(estimate.value))} points ${estimate.value < 0 ? 'lower' : 'higher'}`;
  return `${certain}: the share that reaches the goal is ${differs} than among those held out. The true difference is between ${signed(estimate.low)} and ${signed(estimate.high)} points.`;
}

const points = (share: number): string => (share * 100).toFixed(1);

/** With its sign; what rounds to nothing has none. */
function signed(share: number): string {
  const figure = points(Math.abs(share));
  return figure === '0.0' ? figure : `${share < 0 ? '−' : '+'}${figure}`;
}
