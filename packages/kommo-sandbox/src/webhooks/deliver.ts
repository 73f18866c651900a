import type { Faults } from '../faults.ts';
import type { Webhook } from '../state/model.ts';
import type { Poster } from './attempt.ts';

/** One attempt to deliver one body. */
export interface Delivery {
  /** The same for all attempts and repetitions of one body to one destination. */
  id: number;
  destination: string;
  /** The form as sent. */
  body: string;
  attempt: number;
  /** When it left, by the machine's clock. */
  at: Date;
  ms: number;
  /** 0 when nobody answered, 499 when the two seconds were over. */
  status: number;
  error?: string;
}

interface Job {
  id: number;
  webhook: Webhook;
  body: string;
  attempt: number;
}

export interface Deliverer {
  /** Queues a body; never waits. */
  send(webhook: Webhook, body: string): void;
  hold(): void;
  release(): void;
  /** Resolves when everything that could leave has been answered; held bodies and retries to come do not count. */
  settled(): Promise<void>;
  /** How many bodies wait to be tried again. */
  retriesToCome(): number;
  log: Delivery[];
  close(): void;
}

const minute = 60_000;
/** Before attempts 2, 3, 4 and 5 (Kommo, webhooks-general). */
const delays = [5 * minute, 15 * minute, 15 * minute, 60 * minute];
const invalidWindow = 120 * minute;
const invalidLimit = 100;
const atOnce = 128;
const shuffleWindow = 40;
const logged = 20_000;

export function createDeliverer(o: {
  poster: Poster;
  faults: Faults;
  now: () => Date;
  retryScale: number;
  onAttempt: (delivery: Delivery) => void;
}): Deliverer {
  const log: Delivery[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const waiting = new Set<() => void>();
  let queue: Job[] = [];
  let flying = 0;
  let lastId = 0;
  let held = false;
  let closed = false;
  let shuffling = false;

  function later(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
    return timer;
  }

  function pump(): void {
    if (held || closed) return;
    if (o.faults.get().shuffle && queue.length > 0) {
      if (!shuffling) later(shuffleWindow, shuffleOut);
      shuffling = true;
      return;
    }
    drain();
  }

  function shuffleOut(): void {
    shuffling = false;
    if (!held) queue = shuffled(queue);
    drain();
  }

  function drain(): void {
    while (!held && !closed && flying < atOnce) {
      const job = queue.shift();
      if (!job) break;
      if (job.webhook.disabled) continue;
      flying += 1;
      void fly(job).finally(() => {
        flying -= 1;
        drain();
      });
    }
    if (flying === 0 && (queue.length === 0 || held || closed)) {
      for (const resolve of waiting) resolve();
      waiting.clear();
    }
  }

  async function fly(job: Job): Promise<void> {
    const { id, webhook, body, attempt } = job;
    const at = new Date();
    const answer = o.faults.takeDrop()
      ? { status: 0, ms: 0, error: 'dropped' }
      : await o.poster.post(webhook.destination, body);
    if (closed) return;
    const delivery = { id, destination: webhook.destination, body, attempt, at, ...answer };
    log.push(delivery);
    if (log.length > logged + 1_000) log.splice(0, 1_000);
    o.onAttempt(delivery);
    if (delivery.error !== 'dropped') heed(job, answer.status);
  }

  function heed(job: Job, status: number): void {
    if (status >= 100 && status <= 299) return;
    const { webhook } = job;
    const now = o.now().getTime();
    webhook.invalid = webhook.invalid.filter((at) => at > now - invalidWindow);
    webhook.invalid.push(now);
    if (webhook.invalid.length > invalidLimit) webhook.disabled = true;
    const delay = delays[job.attempt - 1];
    const worthIt = job.attempt < 3 || status === 499 || (status >= 500 && status <= 599);
    if (delay === undefined || !worthIt || webhook.disabled) return;
    later(delay * o.retryScale, () => {
      if (webhook.disabled) return;
      queue.push({ ...job, attempt: job.attempt + 1 });
      pump();
    });
  }

  return {
    log,
    send(webhook, body) {
      lastId += 1;
      const times = Math.max(1, o.faults.get().repeatEach);
      for (let i = 0; i < times; i += 1) queue.push({ id: lastId, webhook, body, attempt: 1 });
      pump();
    },
    hold() {
      held = true;
    },
    release() {
      held = false;
      pump();
    },
    settled() {
      if (flying === 0 && (queue.length === 0 || held || closed)) return Promise.resolve();
      return new Promise((resolve) => waiting.add(resolve));
    },
    retriesToCome: () => timers.size - (shuffling ? 1 : 0),
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      o.poster.close();
      for (const resolve of waiting) resolve();
    },
  };
}

function shuffled<T>(list: readonly T[]): T[] {
  const mixed = list.map((item) => ({ item, key: Math.random() }));
  return mixed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
