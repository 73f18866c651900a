import type { JourneyDefinition, Problem } from '@tributary/model';
import { problemWithSchedule } from './entry/cron.ts';
import { problemsWithLiquid } from './liquid.ts';

/** What is wrong with a journey whatever the workspace has, beside what the model says of it: its schedule, and its texts. */
export function problemsByItself(journey: JourneyDefinition): Problem[] {
  const { entry } = journey;
  const problem = entry.kind === 'schedule' ? problemWithSchedule(entry) : undefined;
  return [...(problem === undefined ? [] : [{ at: 'entry.cron', problem }]), ...problemsWithLiquid(journey)];
}
