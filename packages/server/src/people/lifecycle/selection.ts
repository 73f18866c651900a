/** What can be done to people as a whole. */
export type ChangeKind = 'archive' | 'restore' | 'delete';

/** Whom it is done to: those named, or everybody but those named. */
export type Selection = { ids: readonly string[] } | { allBut: readonly string[] };
