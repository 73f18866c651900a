export { difference, type Estimate, proportion } from './interval.ts';
export { type JourneyReport, reportOn } from './journey.ts';
