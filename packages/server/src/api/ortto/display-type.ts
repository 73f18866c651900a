import { type DisplayType, isDisplayType } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';

/** One of the types that fields and attributes can have. */
export function displayType(type: string): DisplayType {
  if (!isDisplayType(type)) throw new UserError('bad_request', `Failed to parse request: unknown type "${type}"`);
  return type;
}
