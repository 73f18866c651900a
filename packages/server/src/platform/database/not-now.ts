/**
 * What PostgreSQL says when it is the moment that is wrong and not the statement: connections broken (08), a read-only
 * server or a transaction that took too long (25), a password or a database that was changed under us (28, 3D000), a lost
 * race (40), no room, memory or connection left (53), a lock not to be
 * had (55P03), stopped or told to stop (57), a disk that fails (58). And
 * what the system says of the way to it (ECONNREFUSED).
 */
const NOT_NOW = /^(08|25006|25P0[34]|28|3D000|40|53|55P03|57|58|E[A-Z]+$|EAI_AGAIN)/;
/** pg tells of a lost connection in words only. */
const LOST =
  /^(connection (terminated|timeout|was closed)|timeout e|query read timeout|client (has encountered|was closed))/i;

/** The values are what it can not take: they do not fit their types (22), a constraint (23), or its limits (54). */
const REFUSED = /^(22|23|54)/;

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** The database can not be reached, or can not do it at the moment: the same may succeed later. */
export function isNotNow(error: unknown): boolean {
  return NOT_NOW.test(codeOf(error)) || (error instanceof Error && LOST.test(error.message));
}

/** The database refuses the data itself, now and later. */
export const isRefusal = (error: unknown): boolean => REFUSED.test(codeOf(error));
