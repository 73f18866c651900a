import { UserError } from '../platform/errors.ts';
import { indent } from './told.ts';

/** How a command is written, where it was written in no such way: a line for each of its forms. */
export function usage(forms: readonly string[]): UserError {
  const [only, ...more] = forms;
  const said = more.length === 0 ? `write it so: ${only}` : ['write one of:', ...indent(forms, '  ')].join('\n');
  return new UserError('unknown_command', said);
}
