import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

const PAUSE_MIN_MS = 1000;
const PAUSE_MAX_MS = 60_000;
/** One refusal may be about one recipient's server, behind ours; so many in a row are about us. */
const REFUSALS_BELIEVED = 3;

/** Whether the channel can be used, as `doctor` and metrics see it. */
export interface ChannelState {
  reachable: boolean;
  /** Since when it can not be reached, and what it says. */
  since?: Date;
  why?: string;
}

/**
 * Holds everything back while the other side can not be reached: one message at
 * a time tries whether it is there again, after pauses that grow to a minute.
 */
export interface Gate {
  /** Until when nothing is to be sent; undefined when it is open. */
  closedUntil(): Date | undefined;
  /** The last try found nobody: let one through, to see. */
  readonly doubtful: boolean;
  failed(why: string): void;
  /**
   * The other side is there, and refuses us, not this message, or breaks off over each. Several times in a row, it counts as
   * not there.
   */
  refused(why: string, words?: string): void;
  worked(): void;
  state(): ChannelState;
}

/** What the log says when it closes and opens. */
export interface GateWords {
  away: string;
  refuses: string;
  back: string;
}

export function createGate(clock: Clock, log: Log, say: GateWords): Gate {
  let failures = 0;
  let refusals = 0;
  /** A pause that has not begun is none: the clock was set back. */
  let shut = { from: new Date(0), until: new Date(0) };
  const isShut = (now: Date): boolean => shut.from <= now && now < shut.until;
  let since = new Date(0);
  let reason = '';
  const failed = (why: string, words: string): void => {
    const now = clock.now();
    // Several mails were on their way: they found out the same thing.
    if (isShut(now)) return;
    reason = why;
    if (failures === 0) {
      since = now;
      log.warn({ why }, words);
    }
    shut = { from: now, until: new Date(now.getTime() + Math.min(PAUSE_MIN_MS * 2 ** failures, PAUSE_MAX_MS)) };
    failures += 1;
  };

  return {
    closedUntil: () => (isShut(clock.now()) ? shut.until : undefined),
    get doubtful() {
      return failures > 0;
    },
    failed: (why) => failed(why, say.away),
    refused(why, words = say.refuses) {
      refusals += 1;
      if (refusals >= REFUSALS_BELIEVED) failed(why, words);
    },
    worked() {
      refusals = 0;
      if (failures === 0) return;
      failures = 0;
      shut = { from: new Date(0), until: new Date(0) };
      log.info({ away_ms: clock.now().getTime() - since.getTime() }, say.back);
    },
    state: () => (failures === 0 ? { reachable: true } : { reachable: false, since, why: reason }),
  };
}
