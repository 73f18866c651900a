export type { Estimate } from './interval.ts';
export { type JourneyReport, reportOn } from './journey.ts';
