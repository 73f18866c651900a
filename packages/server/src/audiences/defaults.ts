import type { Filter } from '@tributary/model';
import type { Tx } from '../platform/database/pool.ts';
import { insertAudience, insertSet } from './store/audience.sql.ts';

/** What a new account of Ortto's has (recorded, November 2025); names and filters are theirs. */
const defaults: readonly { name: string; filter: Filter }[] = [
  { name: 'Subscribers', filter: { '$bol::is': { field_id: 'bol::p', value: true } } },
  { name: 'SMS subscribers', filter: { '$bol::is': { field_id: 'bol::sp', value: true } } },
  {
    name: 'Engaged subscribers',
    filter: { '$int::greater_than': { field_id: 'int::e', not_existing_as_zero: false, value: 20 } },
  },
  {
    name: 'Slipping subscribers',
    filter: {
      $and: [
        { $and: [{ '$tme::relative_more_than': { field_id: 'l', days_ago: 30, timezone: 'UTC' } }] },
        { $and: [{ '$bol::is': { field_id: 'bol::p', value: true } }] },
      ],
    },
  },
  { name: 'My team', filter: { '$u4s::is': { field_id: 'u4s::t', value: 1 } } },
];

/** Gives a workspace its first audiences, once. They enter nobody on their timeline: they were always there. */
export async function ensureDefaults(tx: Tx, workspaceId: number, now: Date): Promise<void> {
  if (!(await insertSet(tx, workspaceId))) return;
  for (const audience of defaults) {
    const shown = { publicName: '', publicDescription: '', isPublic: false, smsIsPublic: false };
    await insertAudience(tx, workspaceId, { ...audience, ...shown, exitFilter: null, quiet: true, hidden: false }, now);
  }
}
