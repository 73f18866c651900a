import { type DisplayType, isDisplayType, prefixOf } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';

/** One of the types that fields and attributes can have. */
export function displayType(type: string): DisplayType {
  if (isDisplayType(type)) return type;
  const types = Object.keys(prefixOf).join(', ');
  throw new UserError('bad_request', `Failed to parse request: unknown type "${type}"; the types are ${types}`);
}
