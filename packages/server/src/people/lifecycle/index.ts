import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import type { Turn } from '../../platform/loop.ts';
import { currentIds } from '../identity/find.ts';
import type { SchemaCache } from '../schema.ts';
import { type Chosen, countChosen, lockChosen, updateToUnsubscribed } from '../store/lifecycle.sql.ts';
import { deleteChange, insertChange, takeChange, updateChange } from '../store/person-change.sql.ts';
import { changePeople } from './change.ts';
import type { ChangeKind, Selection } from './selection.ts';

/** So many are changed while somebody waits, and in one transaction. */
const AT_ONCE = 500;

/** Archiving, restoring and deleting people. */
export interface Lifecycle {
  /**
   * Does it now when they are few, and says to how many it was done; later, and to how many it will be done, when they
   * are many. Who is not there does not count, nor who is not archived and is to be restored or deleted.
   */
  change(
    workspaceId: number,
    kind: ChangeKind,
    who: Selection,
    source: string,
  ): Promise<{ done: number; scheduled: number }>;
  /** Those of them who are archived want no mail should they be restored. It is on no timeline: theirs does not go on. */
  unsubscribe(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void>;
  /** One batch of what was left for later. */
  turn(): Promise<Turn>;
}

export function createLifecycle(o: { db: Db; clock: Clock; cache: SchemaCache }): Lifecycle {
  const { db, clock, cache } = o;

  /** Changes up to a batch of those who are chosen. Returns them. */
  const batch = async (
    tx: Tx,
    of: { workspaceId: number; kind: ChangeKind; source: string },
    who: Chosen & { after: string },
  ): Promise<string[]> => {
    const people = await lockChosen(tx, of.workspaceId, of.kind, { ...who, limit: AT_ONCE });
    const schema = await cache.get(tx, of.workspaceId);
    await changePeople(tx, { ...of, schema, now: clock.now() }, of.kind, people);
    return people.map(({ id }) => id);
  };

  return {
    async change(workspaceId, kind, selection, source) {
      const who: Chosen = {
        ids: 'ids' in selection ? await currentIds(db, workspaceId, selection.ids) : null,
        except: 'allBut' in selection ? await currentIds(db, workspaceId, selection.allBut) : [],
        before: clock.now(),
      };
      const few = who.ids !== null && who.ids.length <= AT_ONCE;
      const count = few ? 0 : await countChosen(db, workspaceId, kind, who);
      if (count > AT_ONCE) {
        await insertChange(db, { ...who, workspaceId, kind, source });
        return { done: 0, scheduled: count };
      }
      const done = await transaction(db, (tx) => batch(tx, { workspaceId, kind, source }, { ...who, after: '0' }));
      return { done: done.length, scheduled: 0 };
    },
    unsubscribe: (tx, workspaceId, ids) => updateToUnsubscribed(tx, workspaceId, ids, clock.now()),
    turn: () =>
      transaction(db, async (tx) => {
        const change = await takeChange(tx);
        if (!change) return undefined;
        const done = await batch(tx, change, change);
        if (done.length < AT_ONCE) await deleteChange(tx, change.id);
        else await updateChange(tx, change.id, done.at(-1)!);
        return 'more';
      }),
  };
}
