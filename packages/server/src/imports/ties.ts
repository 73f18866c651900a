import { type AccountItem, IMPORTED, type People, type Preview } from '../people/index.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import type { Planned } from './mapping/plan.ts';
import type { Import } from './types.ts';

/** The accounts that rows of people name. */
export interface Ties {
  /** What is wrong with the account that a row names, by row. */
  errors: ReadonlyMap<number, { error: string }>;
  /** What would become of the account of a row; undefined where it names none. */
  previewOf(row: number): Preview | undefined;
  /** Finds or makes the accounts of these rows, whose people are held, and puts them in. */
  tie(tx: Tx, members: readonly { row: number; personId: string }[]): Promise<void>;
}

/** Something was archived between two looks: start over, and look again. */
class LookAgain extends Error {
  readonly code = '40001';
}

/**
 * Which accounts rows name, as they are now. They are looked for before their
 * people are recorded, so that a row whose account can not be used changes
 * nothing; and held after them, which is the order in which intake holds.
 */
export async function tiesOf(people: People, db: Queryable, of: Import, rows: readonly Planned[]): Promise<Ties> {
  const { accounts } = people;
  const { workspaceId } = of;
  const named = [...rows.entries()].flatMap(([row, { account }]) => (account ? [{ row, account }] : []));
  if (named.length === 0) return { errors: new Map(), previewOf: () => undefined, tie: async () => undefined };

  const ids = [...new Set(named.flatMap(({ account }) => account.id ?? []))];
  const known = await accounts.find(db, workspaceId, ids);
  const errors = new Map<number, { error: string }>();
  /** Each account once, however many rows name it. */
  const wanted = new Map<string, AccountItem>();
  const wantedBy = new Map<number, string>();
  for (const { row, account } of named) {
    const item = itemOf(of, account, known);
    if (item) {
      const text = JSON.stringify([item.who, item.fields]);
      wanted.set(text, item);
      wantedBy.set(row, text);
    } else errors.set(row, { error: 'no account here has that id, and nothing else is given to find it by' });
  }
  const previews = await accounts.bulk.preview(db, workspaceId, [...wanted.values()], []);
  const previewBy = new Map([...wanted.keys()].map((text, i) => [text, previews[i]!]));
  const previewOf = (row: number): Preview | undefined => previewBy.get(wantedBy.get(row) ?? '');
  for (const row of wantedBy.keys()) {
    const error = previewOf(row)?.error;
    if (error !== undefined) errors.set(row, { error });
  }

  return {
    errors,
    previewOf,
    async tie(tx, members) {
      const tied = members.flatMap(({ row, personId }) => {
        const text = wantedBy.get(row);
        return text === undefined ? [] : [{ text, personId }];
      });
      if (tied.length === 0) return;
      const texts = [...new Set(tied.map(({ text }) => text))];
      const outcomes = await accounts.recordIn(
        tx,
        workspaceId,
        texts.map((text) => wanted.get(text)!),
      );
      const idOf = new Map(
        outcomes.map((outcome, i) => {
          if ('error' in outcome) throw new LookAgain(outcome.error);
          return [texts[i]!, outcome.accountId];
        }),
      );
      await accounts.members.addIn(
        tx,
        workspaceId,
        tied.map(({ text, personId }) => ({ accountId: idOf.get(text)!, personId })),
        IMPORTED,
      );
    },
  };
}

/** By its id where that is known, or else by its keys. What is known of an account, a file of people does not change. */
function itemOf(
  { mapping }: Import,
  { id, fields }: NonNullable<Planned['account']>,
  known: ReadonlyMap<string, unknown>,
): AccountItem | undefined {
  const shared = { strategy: 3, existingOnly: mapping.existingAccountsOnly === true, source: IMPORTED } as const;
  if (id !== undefined && known.has(id)) return { ...shared, who: { accountId: id }, fields: {} };
  const by = Object.keys(fields);
  return by.length > 0 ? { ...shared, who: { by }, fields } : undefined;
}
