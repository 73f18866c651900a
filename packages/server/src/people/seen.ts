/** When somebody was seen first and last. */
interface Seen {
  firstSeenAt: Date | null;
  lastSeenAt: Date | null;
}

/** They were seen at that moment: by an activity whose definition says so. */
export function see(subject: { row: Seen; seen: boolean }, at: Date): void {
  const { row } = subject;
  if (!row.lastSeenAt || at > row.lastSeenAt) {
    row.lastSeenAt = at;
    subject.seen = true;
  }
  if (!row.firstSeenAt || at < row.firstSeenAt) {
    row.firstSeenAt = at;
    subject.seen = true;
  }
}
