export { action, flag } from './action.ts';
export type {
  ActionMoment,
  Backfilled,
  Connector,
  ConnectorAction,
  DueWrite,
  Heard,
  Hint,
  KeyOfPerson,
  Memory,
  PersonalMemory,
  Provided,
  ProvidedActivity,
  ProvidedField,
  Reading,
  Remembered,
  Session,
  SetUpReport,
  Tools,
  Unmarked,
  Write,
  WriteOutcome,
} from './contract.ts';
export { BadWebhook, NeedsReconnect, RetryLater } from './errors.ts';
export type { Http, HttpRequest, HttpResponse } from './http.ts';
export { readJson } from './json.ts';
export { createWriteTimes, type WriteTimes } from './times.ts';
