import { UserError } from '../platform/errors.ts';

/** Something that is wrong in a file, with the place. */
export interface Fault {
  file: string;
  /** From 1; absent where it is about the file as a whole. */
  line?: number | undefined;
  column?: number | undefined;
  /** The path of the part at fault, such as `journey.shapes.first-call.template`. */
  at?: string | undefined;
  problem: string;
}

/** `file:line:column: place: problem`, as compilers say it and editors can jump to. */
function faultInWords({ file, line, column, at, problem }: Fault): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return [place, ...(at ? [at] : []), problem].join(': ');
}

/** Throws a `UserError` with every fault, if there is one. */
export function refuseIf(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const lines = [...new Set(faults.map(faultInWords))];
  throw new UserError('text_is_wrong', `${lines.length === 1 ? 'this is' : 'these are'} wrong:\n${lines.join('\n')}`);
}
