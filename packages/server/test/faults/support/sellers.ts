import { setTimeout as sleep } from 'node:timers/promises';
import type { KommoSandbox } from '@tributary/kommo-sandbox';
import type { Db } from '../../../src/platform/database/pool.ts';
import { until } from '../../support/until.ts';
import type { Random } from './random.ts';

export interface Sellers {
  /** How often each deal came to Qualification and stayed there for Tributary to see. */
  readonly moves: ReadonlyMap<number, number>;
  /** Deals that were lost a moment after they came, so that nobody can say whether Tributary saw them there. */
  readonly fickle: ReadonlySet<number>;
  /** How often a deal had to be edited, because every webhook of its move was lost. */
  readonly edits: number;
  /** No more moves; resolves when those begun are done. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 90_000;
/** Longer than Kommo goes on trying (`RETRY_SCALE`) where nobody answers. */
const EDITED_AFTER_MS = 9_000;

/**
 * The people who work in Kommo: they move deals, sometimes several at once; lose some at once; and bring some back.
 * A deal that comes back was seen elsewhere first: of what nobody saw, Kommo's REST does not tell.
 */
export function openSellers(kommo: KommoSandbox, db: Db, random: Random, deals: readonly number[]): Sellers {
  const moves = new Map<number, number>();
  const fickle = new Set<number>();
  const errands = new Set<Promise<void>>();
  const pool = [...deals];
  const stage = (name: string): number => kommo.stage(name).statusId;
  const count = (id: number): void => void moves.set(id, (moves.get(id) ?? 0) + 1);
  let stopped = false;
  let edits = 0;

  const doing = (errand: Promise<void>): void => {
    errands.add(errand);
    errand.then(
      () => errands.delete(errand),
      () => undefined,
    );
  };

  const loseSoon = async (id: number): Promise<void> => {
    await sleep(random.between(50, 900));
    kommo.moveLead(id, stage('Closed - lost'));
  };

  const bringBack = async (id: number): Promise<void> => {
    await seenAt(id, 'Qualification');
    await until(`the run of deal ${id} is over`, () => isOver(db, id), { withinMs: PATIENCE_MS, everyMs: 250 });
    kommo.moveLead(id, stage('Negotiation'));
    await seenAt(id, 'Negotiation');
    kommo.moveLead(id, stage('Qualification'));
    count(id);
  };

  /** Where every webhook of a move is lost, the next edit of the deal tells of it. Somebody makes one. */
  const seenAt = async (id: number, name: string): Promise<void> => {
    let moved = performance.now();
    await until(
      `deal ${id} was seen at ${name}`,
      async () => {
        if (await isKnownAt(db, id, stage(name))) return true;
        if (performance.now() - moved > EDITED_AFTER_MS) {
          moved = performance.now();
          kommo.updateLead(id, { price: Math.round(random.between(100, 9_000)) });
          edits += 1;
        }
        return false;
      },
      { withinMs: PATIENCE_MS, everyMs: 200 },
    );
  };

  const working = (async () => {
    while (!stopped && pool.length > 0) {
      const together = random() < 0.15 ? 3 : 1;
      const moved = pool.splice(0, together);
      kommo.moveLeads(moved.map((id) => ({ id, statusId: stage('Qualification') })));
      for (const id of moved) {
        const fate = random();
        if (fate < 0.1) {
          fickle.add(id);
          doing(loseSoon(id));
        } else {
          count(id);
          if (fate < 0.2) doing(bringBack(id));
        }
      }
      await sleep(random.between(60, 360));
    }
  })();

  return {
    moves,
    fickle,
    get edits() {
      return edits;
    },
    async stop() {
      stopped = true;
      await working;
      while (errands.size > 0) await Promise.all(errands);
      await Promise.all([...moves.keys()].map((id) => seenAt(id, 'Qualification')));
    },
  };
}

/** False also while the database is down. */
async function isOver(db: Db, deal: number): Promise<boolean> {
  const sql = 'select 1 from run where entry_key = $1 and left_at is not null';
  return db.query(sql, [String(deal)]).then(
    ({ rowCount }) => rowCount === 1,
    () => false,
  );
}

async function isKnownAt(db: Db, deal: number, statusId: number): Promise<boolean> {
  const sql = `select 1 from connector_memory where kind = 'lead' and key = $1 and value->'statusId' = to_jsonb($2::int)`;
  return db.query(sql, [String(deal), statusId]).then(
    ({ rowCount }) => rowCount === 1,
    () => false,
  );
}
