import { type Fields, isLargerThan, isStorable, parseFieldId, problemWithValue, type Value } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';

const ATTRIBUTES_MAX = 100;
/** As large as what an activity says. */
const BYTES_MAX = 16_000;

/** What the runs that are started by hand are to know: attributes, as activities have them. Throws `entry_data_wrong`. */
export function entryFrom(data: Readonly<Record<string, unknown>>): Fields {
  const problem = problemWith(data);
  if (problem !== undefined) throw new UserError('entry_data_wrong', `data: ${problem}`);
  return data as Fields;
}

function problemWith(data: Readonly<Record<string, unknown>>): string | undefined {
  const entries = Object.entries(data);
  if (entries.length > ATTRIBUTES_MAX) return `more than ${ATTRIBUTES_MAX} attributes`;
  if (!isStorable(data)) return 'can not hold U+0000 or half a surrogate pair';
  if (isLargerThan(BYTES_MAX, data)) return `larger than ${BYTES_MAX} bytes`;
  for (const [id, value] of entries) {
    const parsed = parseFieldId(id);
    if (!parsed) return `"${id}" is not an attribute id such as str:cm:order`;
    const wrong = problemWithValue(parsed.type, value as Value);
    if (wrong !== undefined) return `${id}: ${wrong}`;
  }
  return undefined;
}
