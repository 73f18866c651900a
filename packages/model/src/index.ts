export { dayAt, startOfDay, today } from './filter/days.ts';
export { type Dependencies, dependenciesOf } from './filter/dependencies.ts';
export { type Body, type Filter, groupOf, type Leaf, leafOf, type Problem } from './filter/filter.ts';
export { type Happened, type Occurrence, occurrenceOf, windowAt } from './filter/happened.ts';
export { activitiesIn, askedAbout, type Facts, matches } from './filter/matches.ts';
export {
  isActivityOperator,
  isMembershipOperator,
  type MembershipOperator,
  operatorNames,
  operatorOf,
} from './filter/operators/index.ts';
export { isWrong } from './filter/operators/reading.ts';
export { type Askable, problemsWithFilter } from './filter/problems.ts';
export type { Asked, Day, Moment, Test, TextTest } from './filter/test.ts';
export { type IdKind, idAt, internalId, NO_ID, objectId, publicId } from './ids.ts';
export type { ActivityInput, FindStrategy, IntakeItem, IntakeOutcome, MergeStrategy, Who } from './intake.ts';
export { activitiesAskedBy, filtersOf, type JourneyDefinition, journeyDefinition } from './journey/journey.ts';
export { checkJourney } from './journey/problems.ts';
export { durationMs } from './journey/shapes/delay.ts';
export type { Shape, ShapeKind, ShapeOf } from './journey/shapes/index.ts';
export type { Location } from './location.ts';
export { mergeFields } from './merge.ts';
export { type Playbook, playbook } from './playbook.ts';
export {
  type Attribute,
  attributesOf,
  hiddenActivities,
  readOnlyActivities,
  type Trigger,
  triggersOf,
} from './schema/activity-details.ts';
export { builtInAccountFields } from './schema/built-in-account-fields.ts';
export { builtInActivities } from './schema/built-in-activities.ts';
export { builtInFields, deviceFields } from './schema/built-in-fields.ts';
export { type DescribedField, fieldFlags, hiddenFields } from './schema/described-fields.ts';
export {
  customActivityId,
  customFieldId,
  type DisplayType,
  type EntityKind,
  isDisplayType,
  kebab,
  occurredOf,
  parseFieldId,
  prefixOf,
  typeOfPrefix,
} from './schema/field-id.ts';
export { type Template, template } from './template.ts';
export { type Fields, isStorable, jsonBytes, problemWithValue, type Value } from './value.ts';
