import { createHash } from 'node:crypto';

/** Statements that are sent often are kept prepared; of the others there may be as many as audiences can be combined. */
const PREPARED_MAX = 500;
const prepared = new Set<string>();

/** The name under which a statement is kept prepared; none, once there are too many. */
export function nameOf(kind: string, text: string): { name?: string } {
  const name = `audience.${kind}.${createHash('sha1').update(text).digest('base64url')}`;
  if (!prepared.has(name) && prepared.size >= PREPARED_MAX) return {};
  prepared.add(name);
  return { name };
}
