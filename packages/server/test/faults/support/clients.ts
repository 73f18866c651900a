import { setTimeout as sleep } from 'node:timers/promises';
import { fetchQuietly } from './installation.ts';
import type { Random } from './random.ts';

export interface Clients {
  /** The keys of activities that were answered with 200. */
  readonly acknowledged: ReadonlySet<string>;
  /** Answers by status; 0 is none. */
  readonly answers: ReadonlyMap<number, number>;
  stop(): Promise<void>;
}

const CLIENTS = 2;
const PEOPLE = 20;

/**
 * The team's own product, which tells of activities over Ortto's API. What is not acknowledged is told again, with
 * the same key and the same moment, until it is.
 */
export function openClients(url: string, key: string, random: Random): Clients {
  const acknowledged = new Set<string>();
  const answers = new Map<number, number>();
  let stopped = false;

  const tell = async (id: string): Promise<void> => {
    const activity = {
      activity_id: 'act:cm:page-seen',
      fields: { 'str::email': `visitor${Math.floor(random() * PEOPLE)}@example.com` },
      key: id,
      created: new Date().toISOString(),
    };
    while (!acknowledged.has(id)) {
      const answer = await fetchQuietly(`${url}/v1/activities/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify({ activities: [activity] }),
      });
      const status = answer?.status ?? 0;
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 200) acknowledged.add(id);
      else await sleep(100);
    }
  };

  const working = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let n = 1; !stopped; n++) {
      await tell(`told-${client}-${n}`);
      await sleep(random.between(5, 40));
    }
  });

  return {
    acknowledged,
    answers,
    async stop() {
      stopped = true;
      await Promise.all(working);
    },
  };
}
