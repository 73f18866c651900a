import type { AudienceKept, Audiences } from '../../audiences/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database/pool.ts';
import type { Log } from '../../platform/log.ts';
import { type Loop, startLoop } from '../../platform/loop.ts';
import type { Presence } from '../../platform/presence.ts';
import type { JourneyPasses } from '../news.ts';
import type { Enroller } from './enter.ts';
import { hearKept, hearPasses } from './hear.ts';
import { keepEntry } from './keep.ts';
import { lineTurn } from './line.ts';

/** How people come into journeys, beside what they do. */
export interface Entries {
  /** What is kept for a journey's entry follows its live version and its state: to be called by whoever changes one. */
  keep(tx: Tx, journeyId: number): Promise<void>;
  /** Those who enter an audience that is kept for a journey are to enter the journey. */
  hearKept(tx: Tx, pieces: readonly AudienceKept[]): Promise<void>;
  /** Those whom a step puts into another journey are to enter it, and those whom it takes out are to leave. */
  hearPasses(tx: Tx, pieces: readonly JourneyPasses[]): Promise<void>;
  start(): Loop;
}

export function createEntries(
  o: Enroller & { db: Db; audiences: Audiences; presence: Presence; clock: Clock; log: Log },
): Entries {
  const { clock } = o;
  return {
    keep: (tx, journeyId) => keepEntry(tx, o, journeyId),
    hearKept: (tx, pieces) => hearKept(tx, o, pieces, clock.now()),
    hearPasses: (tx, pieces) => hearPasses(tx, pieces, clock.now()),
    start() {
      const loop = startLoop({ name: 'entries', turn: () => lineTurn(o, clock.now()), clock, log: o.log });
      o.presence.on('enter', loop.nudge);
      return loop;
    },
  };
}
