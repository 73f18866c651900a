export { activityOperators, type Filter, type Leaf, type Problem } from './filter/filter.ts';
export { activitiesIn, type Facts, matches } from './filter/matches.ts';
export { problemsWithFilter } from './filter/problems.ts';
export { type IdKind, idAt, internalId, NO_ID, objectId, publicId } from './ids.ts';
export type { ActivityInput, FindStrategy, IntakeItem, IntakeOutcome, MergeStrategy, Who } from './intake.ts';
export { activitiesAskedBy, filtersOf, type JourneyDefinition, journeyDefinition } from './journey/journey.ts';
export { checkJourney } from './journey/problems.ts';
export { durationMs } from './journey/shapes/delay.ts';
export type { Shape, ShapeKind, ShapeOf } from './journey/shapes/index.ts';
export type { Location } from './location.ts';
export { mergeFields } from './merge.ts';
export { type Playbook, playbook } from './playbook.ts';
export { builtInActivities } from './schema/built-in-activities.ts';
export { builtInFields } from './schema/built-in-fields.ts';
export {
  customActivityId,
  customFieldId,
  type DisplayType,
  isDisplayType,
  kebab,
  parseFieldId,
  prefixOf,
} from './schema/field-id.ts';
export { type Template, template } from './template.ts';
export { type Fields, isStorable, jsonBytes, problemWithValue, type Value } from './value.ts';
