import { DatabaseError } from 'pg';
import { isNotNow, isRefusal } from './not-now.ts';

/**
 * Time may put it right: whatever PostgreSQL says, unless it refuses the data. What looks like a bug of ours may as well be
 * rights that somebody took away for an hour. All else is about the one thing in hand, its data or our code that stumbles
 * over them.
 */
export function isWorthWaiting(error: unknown): boolean {
  return isNotNow(error) || (error instanceof DatabaseError && !isRefusal(error));
}
