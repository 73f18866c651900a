import { createWriteTimes, type WriteTimes } from '@tributary/connector-kit';
import type { Api } from '../rest/api.ts';

/** What writing needs, for the length of a session. */
export interface Writer {
  api: Api;
  times: WriteTimes;
}

export function createWriter(api: Api): Writer {
  return { api, times: createWriteTimes() };
}
