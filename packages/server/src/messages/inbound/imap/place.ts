/** How far a mailbox is read. UIDs are numbers within a `uidValidity`, and grow. */
export interface Place {
  uidValidity: number;
  lastUid: number;
  readAt: Date;
}

/** What is read next. */
export type Next =
  /** Mails with a greater UID. */
  | { do: 'go on'; after: number }
  /** Nothing yet: we look at what comes from now on, not at years of mail. */
  | { do: 'begin'; after: number }
  /** The server has numbered its mails anew: those that came since. Some are known, and are not recorded twice. */
  | { do: 'look back'; since: Date };

const DAY_MS = 24 * 3_600_000;

export function nextOf(place: Place | undefined, mailbox: { uidValidity: number; uidNext: number }): Next {
  if (!place) return { do: 'begin', after: mailbox.uidNext - 1 };
  if (place.uidValidity === mailbox.uidValidity) return { do: 'go on', after: place.lastUid };
  // IMAP searches by the server's days, whose zone nobody says.
  return { do: 'look back', since: new Date(place.readAt.getTime() - DAY_MS) };
}

/**
 * Those to be read, in order. A server that is asked for what follows the last mail answers with the last mail
 * (RFC 3501 6.4.8: `*` is always the greatest there is).
 */
export function unread(uids: readonly number[], after: number): number[] {
  return [...new Set(uids)].filter((uid) => uid > after).sort((a, b) => a - b);
}

const PAUSE_MAX_MS = 5 * 60_000;

/** Before the next try, after so many that failed. */
export function pauseAfter(failures: number): number {
  return Math.min(2000 * 2 ** (failures - 1), PAUSE_MAX_MS);
}
