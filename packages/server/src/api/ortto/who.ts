import type { Fields, IntakeItem } from '@tributary/model';
import { personIdFrom } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';

/** What a key finds people by when a request names nothing (Ortto help, custom API data sources). */
export const DEFAULT_MERGE_BY = ['str::email', 'str::ei'];

/** The id of nobody: whom it names is not found. */
export const NOBODY = '0';

/** The merge key for a person's id; the second spelling stands in one official example. */
const PERSON_ID = ['str::person_id', 'str::id'];

/** How a request says that people are found. */
export interface Finding {
  find_strategy: 0 | 1 | 2;
  skip_non_existing: boolean;
  merge_by_alt_fields?: Readonly<Record<string, readonly string[]>> | null | undefined;
  suppression_list_field_id?: string | null | undefined;
}

type Found = Pick<IntakeItem, 'who' | 'fields' | 'existingOnly' | 'unlessSuppressed'>;

const SAID_MAX = 100;

/** Whoever has that id; nobody where there is none, and a log tells what was said. */
export function whoIs(said: unknown, personId: string | undefined): IntakeItem['who'] {
  if (personId !== undefined) return { personId };
  const text = typeof said === 'string' ? said : (JSON.stringify(said) ?? '');
  return { personId: NOBODY, said: text.slice(0, SAID_MAX).toWellFormed() };
}

/** The person named by `str::person_id`, which stands alone, or found by the merge keys. */
export function whoOf(given: Fields, by: readonly string[], finding: Finding): Found {
  const byId = by.find((id) => PERSON_ID.includes(id));
  if (byId === undefined) {
    return {
      who: { by, find: finding.find_strategy, alternatives: finding.merge_by_alt_fields ?? {} },
      fields: given,
      existingOnly: finding.skip_non_existing,
      ...(finding.suppression_list_field_id ? { unlessSuppressed: finding.suppression_list_field_id } : {}),
    };
  }
  if (by.length > 1) throw new UserError('bad_request', `Failed to parse request: merge_by: ${byId} has to be alone`);
  const { [byId]: id, ...fields } = given;
  return { who: whoIs(id, personIdFrom(id)), fields };
}
