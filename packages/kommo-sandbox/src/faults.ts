/** What can be made to go wrong. Zero and false mean: all is well. */
export interface FaultSwitches {
  /** REST: answer with this status and do nothing; every request, or the next `failNext`. */
  status: number;
  /** REST: only so many requests fail, with `status` or else 500. */
  failNext: number;
  /** REST: `status` and `failNext` are about requests that begin so, such as `GET /api/v4/events`; empty: about any. */
  statusOnly: string;
  /** REST: a request whose body holds these words fails with 500, every time; empty: none does. */
  failHolding: string;
  /** REST: do the next so many requests, then cut the connection before the answer. */
  loseNext: number;
  /** REST: `loseNext` is about requests that begin so, such as `POST /api/v4/tasks`; empty: about any. */
  loseOnly: string;
  /** REST: wait before each answer. */
  delayMs: number;
  /** REST: cut every connection, as if Kommo could not be reached. */
  offline: boolean;
  /** Webhooks: the next so many deliveries never leave, and are not retried. */
  dropNext: number;
  /** Webhooks: each delivery is made this many times in all; 2 is every delivery twice. */
  repeatEach: number;
  /** Webhooks: deliveries are gathered for a moment, or until `release()`, and leave in random order. */
  shuffle: boolean;
}

export interface Faults {
  /** Changes the given switches and leaves the others. */
  set(switches: Partial<FaultSwitches>): void;
  clear(): void;
  get(): FaultSwitches;
  /** Whether this webhook is to be dropped; counts one down. */
  takeDrop(): boolean;
  /** Whether the answer to this request is to be lost; counts one down. */
  takeLoss(request: string): boolean;
  /** The status this request must fail with, or 0. */
  takeFailure(request: string): number;
  /** Whether a request with this body fails. */
  failsFor(body: unknown): boolean;
}

const allWell: FaultSwitches = {
  status: 0,
  failNext: 0,
  statusOnly: '',
  failHolding: '',
  loseNext: 0,
  loseOnly: '',
  delayMs: 0,
  offline: false,
  dropNext: 0,
  repeatEach: 0,
  shuffle: false,
};

export function createFaults(): Faults {
  let now = { ...allWell };
  const take = (counter: 'loseNext' | 'dropNext'): boolean => {
    if (now[counter] <= 0) return false;
    now[counter] -= 1;
    return true;
  };
  return {
    set(switches) {
      now = { ...now, ...switches };
    },
    clear() {
      now = { ...allWell };
    },
    get: () => ({ ...now }),
    takeDrop: () => take('dropNext'),
    takeLoss: (request) => request.startsWith(now.loseOnly) && take('loseNext'),
    takeFailure(request) {
      if (!request.startsWith(now.statusOnly)) return 0;
      if (now.failNext === 0) return now.status;
      const status = now.status || 500;
      now.failNext -= 1;
      if (now.failNext === 0) now.status = 0;
      return status;
    },
    failsFor: (body) => now.failHolding !== '' && (JSON.stringify(body) ?? '').includes(now.failHolding),
  };
}
