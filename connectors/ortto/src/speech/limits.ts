/** Ortto help, a-235: at most so many records and bytes a request, and so much an activity. */
export const RECORDS_MAX = 100;
export const REQUEST_MAX_BYTES = 2_000_000;
export const ACTIVITY_MAX_BYTES = 16_000;
export const ATTRIBUTES_MAX = 15;
/** What finds a person: three fields at most (Ortto help, a-257). */
export const KEYS_MAX = 3;
