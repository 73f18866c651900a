/**
 * Kommo's limit: so many requests in any one second, above it 429; a client
 * that goes on regardless has its address blocked and gets 403 on everything
 * (Kommo, "Limitations"). How much is too much is not documented; here it is
 * more than 50 refusals within 10 seconds, and the block lasts a minute.
 */
export interface Rate {
  /** 0 to go on, or the status to answer. Refused requests do not count towards the limit. */
  check(): 0 | 429 | 403;
  unblock(): void;
}

const second = 1_000;
const abuse = { refusals: 50, within: 10 * second, blockedFor: 60 * second };

export function createRate(perSecond: number, clock: () => number = () => performance.now()): Rate {
  let accepted: number[] = [];
  let refused: number[] = [];
  let blockedUntil = Number.NEGATIVE_INFINITY;
  return {
    check() {
      if (perSecond === 0) return 0;
      const now = clock();
      if (now < blockedUntil) return 403;
      accepted = accepted.filter((at) => at > now - second);
      if (accepted.length < perSecond) {
        accepted.push(now);
        return 0;
      }
      refused = refused.filter((at) => at > now - abuse.within);
      refused.push(now);
      if (refused.length <= abuse.refusals) return 429;
      blockedUntil = now + abuse.blockedFor;
      refused = [];
      return 403;
    },
    unblock() {
      blockedUntil = Number.NEGATIVE_INFINITY;
      accepted = [];
      refused = [];
    },
  };
}
