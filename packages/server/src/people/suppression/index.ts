import type { Fields, IntakeItem, IntakeOutcome } from '@tributary/model';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Queryable, type Tx, transaction } from '../../platform/database/pool.ts';
import { lockPeople } from '../store/person.sql.ts';
import {
  countSuppressed,
  deleteSuppressed,
  findSuppressed,
  insertSuppressed,
  listSuppressed,
  type SuppressionPage,
  type SuppressionRow,
} from '../store/suppression.sql.ts';
import { addressOf } from './address.ts';
import { isSameAddress } from './mark.ts';

/** Why an address is on the list because its server said that nobody has it. */
export const HARD_BOUNCED = 'Hard bounced';

/**
 * Addresses that get no mail, whoever has them (Ortto help, a-836). By address
 * and not by person: it holds for somebody who comes with it later, and no
 * longer for one who has another. Whether a person wants mail is their
 * permission, `bol::p`, which is something else.
 */
export interface Suppression {
  /** Puts addresses on the list. Returns, in small letters, those that were not there. */
  add(workspaceId: number, emails: readonly string[], why: { reason: string; source: string }): Promise<string[]>;
  /** The same in the caller's transaction. */
  addIn(
    tx: Tx,
    workspaceId: number,
    emails: readonly string[],
    why: { reason: string; source: string },
  ): Promise<string[]>;
  /** Takes addresses off the list. Returns, in small letters, those that were there. */
  remove(workspaceId: number, emails: readonly string[], source: string): Promise<string[]>;
  /** Why each of these addresses is on the list, by the address as given; those that are not are absent. */
  reasons(db: Queryable, workspaceId: number, emails: readonly string[]): Promise<Map<string, string>>;
  list(db: Queryable, workspaceId: number, page: SuppressionPage): Promise<{ rows: SuppressionRow[]; total: number }>;
}

type RecordIn = (tx: Tx, workspaceId: number, items: readonly IntakeItem[]) => Promise<IntakeOutcome[]>;

export function createSuppression(o: { db: Db; clock: Clock; recordIn: RecordIn }): Suppression {
  const { db, clock } = o;

  /**
   * Tells the people who have these addresses, on their timelines and in their fields; not those for whom one is only
   * another name, to whom no mail goes there. They are held, so that nobody moves to another address meanwhile.
   */
  const tell = async (
    tx: Tx,
    workspaceId: number,
    emails: readonly string[],
    what: { activityId: string; attributes: Fields; fields: Fields; source: string },
  ): Promise<void> => {
    const keys = emails.map((value) => ({ fieldId: 'str::email', value }));
    const owners = await lockPeople(tx, workspaceId, [], keys);
    const items = owners
      .filter(({ value, fields }) => isSameAddress(fields['str::email'], value))
      .map(({ id: personId }): IntakeItem => {
        const activity = { id: what.activityId, attributes: what.attributes };
        return { who: { personId }, fields: what.fields, ours: true, source: what.source, activity };
      });
    if (items.length > 0) await o.recordIn(tx, workspaceId, items);
  };

  const addIn: Suppression['addIn'] = async (tx, workspaceId, emails, { reason, source }) => {
    const now = clock.now();
    const added = await insertSuppressed(tx, workspaceId, emails.map(addressOf), reason, now);
    await tell(tx, workspaceId, added, {
      activityId: 'act::es',
      attributes: { 'str::is': source, 'str::rn': reason },
      fields: { 'tme::sa': now.toISOString() },
      source,
    });
    return added;
  };

  return {
    addIn,
    add: (workspaceId, emails, why) => transaction(db, (tx) => addIn(tx, workspaceId, emails, why)),
    remove: (workspaceId, emails, source) =>
      transaction(db, async (tx) => {
        const removed = await deleteSuppressed(tx, workspaceId, emails.map(addressOf));
        await tell(tx, workspaceId, removed, {
          activityId: 'act::eu',
          attributes: { 'str::is': source },
          fields: { 'tme::sa': null, 'tme::ua': clock.now().toISOString(), 'bol::hb': null },
          source,
        });
        return removed;
      }),
    async reasons(queryable, workspaceId, emails) {
      const found = await findSuppressed(queryable, workspaceId, emails.map(addressOf));
      return new Map(
        emails.flatMap((email) => {
          const reason = found.get(addressOf(email))?.reason;
          return reason === undefined ? [] : [[email, reason] as const];
        }),
      );
    },
    async list(queryable, workspaceId, page) {
      const rows = await listSuppressed(queryable, workspaceId, page);
      return { rows, total: await countSuppressed(queryable, workspaceId) };
    },
  };
}
