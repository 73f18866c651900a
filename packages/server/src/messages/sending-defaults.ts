import { type SendingDefaults, sendingDefaults } from '@tributary/model';
import type { Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { leave } from '../platform/news.ts';
import { signal } from '../platform/presence.ts';
import { lockDefaults, updateDefaults, wakeWorkspace } from './store/default.sql.ts';

/** Signalled where what a workspace says of its messages has changed. */
export const SENDING = 'sending';

/**
 * Changes what a workspace says of messages that bring no rules of their own; what is not given stays. What waits for a
 * rule is looked at anew at once. Throws `sending_is_wrong` with all that is wrong.
 */
export async function changeDefaults(
  tx: Tx,
  workspaceId: number,
  change: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<SendingDefaults> {
  const parsed = sendingDefaults.partial().safeParse(change);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      path.length > 0 ? `${path.join('.')}: ${message}` : message,
    );
    throw new UserError('sending_is_wrong', problems.join('; '));
  }
  const given = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
  const before = await lockDefaults(tx, workspaceId, now);
  const after = { ...before, ...given };
  if (JSON.stringify(after) === JSON.stringify(before)) return before;
  await updateDefaults(tx, workspaceId, after, now);
  signal(tx, SENDING);
  await lookAnew(tx, workspaceId, now);
  if (after.timezone !== before.timezone) leave(tx, now, 'messages.zone', { workspaceId });
  return after;
}

/** What waits for a rule, or for its journey, is looked at anew at once. */
export async function lookAnew(tx: Tx, workspaceId: number, now: Date): Promise<void> {
  if ((await wakeWorkspace(tx, workspaceId, now)) > 0) signal(tx, 'message');
}
