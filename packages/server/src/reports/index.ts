export type { Estimate } from './interval.ts';
export { type Comparison, type JourneyReport, reportOn } from './journey.ts';
