export { askedBy, PERSON_ID } from './filter/asked.ts';
export { dayAt, startOfDay, today } from './filter/days.ts';
export { type Dependencies, dependenciesOf } from './filter/dependencies.ts';
export {
  decisive,
  type Explained,
  type ExplainedCondition,
  type ExplainedOccurrence,
  type ExplainFacts,
  explain,
} from './filter/explain.ts';
export type { Facts, Prepared } from './filter/facts.ts';
export { askedAbout, type Body, type Filter, groupOf, type Leaf, leafOf, type Problem } from './filter/filter.ts';
export { type Happened, type Occurrence, occurrenceOf, windowAt } from './filter/happened.ts';
export { activitiesIn, conditionsOf, leavesOf, matches } from './filter/matches.ts';
export { type OnActivity, onActivities } from './filter/on-activities.ts';
export {
  isActivityOperator,
  isMembershipOperator,
  type MembershipOperator,
  operatorNames,
  operatorOf,
} from './filter/operators/index.ts';
export { isWrong } from './filter/operators/reading.ts';
export { prepare } from './filter/prepared.ts';
export { looksBackTo } from './filter/prepared-occurrence.ts';
export { type Askable, problemsWithFilter } from './filter/problems.ts';
export { shownValue } from './filter/shown.ts';
export type { Asked, Day, Moment, Test, TextTest } from './filter/test.ts';
export { filterInWords, type Names } from './filter/words.ts';
export { folded } from './folded.ts';
export { type IdKind, idAt, internalId, NO_ID, objectId, objectNumber, publicId, spelledId } from './ids.ts';
export type { ActivityInput, FindStrategy, IntakeItem, IntakeOutcome, MergeStrategy, Who } from './intake.ts';
export { issueInWords } from './issue.ts';
export { momentOf } from './journey/day-of.ts';
export { type Change, diffJourneys, lineOf } from './journey/diff.ts';
export { type Duration, durationMs } from './journey/duration.ts';
export type { Again, EntryKind, EntryOf, JourneyEntry } from './journey/entry.ts';
export {
  entryFiltersOf,
  filtersOf,
  goalWindowMs,
  type JourneyDefinition,
  journeyDefinition,
} from './journey/journey.ts';
export { filterSchema, playbookJsonSchema } from './journey/json-schema.ts';
export { type Listening, listensOf, OUTCOMES } from './journey/listens.ts';
export { checkJourney } from './journey/problems.ts';
export type { PerPerson, Way } from './journey/shapes/common.ts';
export { modelOf, nextOf, type Shape, type ShapeKind, type ShapeOf } from './journey/shapes/index.ts';
export { contentOf, isMessageShape, type MessageShape } from './journey/shapes/message.ts';
export { stepName, stepTitle, stepWithId } from './journey/step-name.ts';
export { triedDefinition } from './journey/trial.ts';
export { type Surroundings, warningsOf } from './journey/warnings.ts';
export type { Location } from './location.ts';
export { mergeFields } from './merge.ts';
export {
  type DeclaredActivity,
  type DeclaredField,
  declaredIds,
  type Playbook,
  playbook,
} from './playbook.ts';
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
  attributeType,
  customActivityId,
  customFieldId,
  type DisplayType,
  type EntityKind,
  isDisplayType,
  isScaled,
  kebab,
  occurredOf,
  parseFieldId,
  prefixOf,
  typeOfPrefix,
} from './schema/field-id.ts';
export {
  emailContent,
  inappContent,
  initialSendingDefaults,
  type MessageCap,
  type MessageChannel,
  type MessageContent,
  messageCap,
  messageContent,
  type NoticeContent,
  noticeContent,
  pushContent,
  type SendingDefaults,
  type SendingHours,
  type SendingRules,
  sendingDefaults,
  sendingHours,
  sendingRules,
  slackContent,
  smsContent,
  type WebhookContent,
  waitDaysOf,
  webhookContent,
} from './sending.ts';
export { type Template, template } from './template.ts';
export { atWall } from './time/at-wall.ts';
export { isDay, isYear, timeIn } from './time/moment.ts';
export { nextWithin, type WeeklyWindow, weeklyWindow } from './time/weekly-window.ts';
export { fullTimezone, isTimezone, timezone, timezoneOf, wall } from './time/zone.ts';
export {
  type Fields,
  isLargerThan,
  isStorable,
  isValueType,
  jsonBytes,
  problemWithValue,
  storable,
  type Value,
} from './value.ts';
