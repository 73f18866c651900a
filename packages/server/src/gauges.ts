import type { Connectors } from './connectors/index.ts';
import type { Journeys } from './journeys/index.ts';
import type { Messages } from './messages/index.ts';
import type { People } from './people/index.ts';
import type { Db } from './platform/database/pool.ts';
import type { Metrics } from './platform/metrics.ts';
import { newsWaiting } from './platform/news.ts';

/** What an operator watches: everything that waits, and everything that has gone wrong. */
export function gauges(
  metrics: Metrics,
  o: { db: Db; people: People; messages: Messages; journeys: Journeys; connectors: Connectors },
): void {
  const { db } = o;
  const connections = async (what: 'inbox' | 'open' | 'failed'): Promise<number> =>
    (await o.connectors.counts(db)).reduce((total, connection) => total + connection[what], 0);
  metrics.gauge('tributary_news_waiting', 'News not yet acted on', async () => (await newsWaiting(db)).waiting);
  metrics.gauge(
    'tributary_news_failing',
    'News that failed and is tried again',
    async () => (await newsWaiting(db)).failing,
  );
  metrics.gauge('tributary_intake_waiting', 'Requests taken with async and not recorded yet', () =>
    o.people.queue.waiting(db),
  );
  metrics.gauge(
    'tributary_runs_due',
    'Runs due and not yet moved',
    async () => (await o.journeys.engineCounts(db)).due,
  );
  metrics.gauge(
    'tributary_runs_parked',
    'Runs that can not be moved',
    async () => (await o.journeys.engineCounts(db)).parked,
  );
  metrics.gauge(
    'tributary_messages_queued',
    'Messages waiting to be sent',
    async () => (await o.messages.outboxState(db)).queued,
  );
  metrics.gauge(
    'tributary_messages_held',
    'Messages waiting for a cap or for the hours in which they go',
    async () => (await o.messages.outboxState(db)).held,
  );
  metrics.gauge(
    'tributary_messages_uncertain',
    'Messages whose answer was lost, held for the operator',
    async () => (await o.messages.outboxState(db)).uncertain,
  );
  metrics.gauge(
    'tributary_reply_mailboxes_failing',
    'Mailboxes that are watched for replies and can not be read at the moment',
    async () => o.messages.watched().filter(({ problem }) => problem !== undefined).length,
  );
  metrics.gauge('tributary_connector_inbox', 'Webhooks not yet read', () => connections('inbox'));
  metrics.gauge('tributary_connector_outbox', 'Writes to outer systems not yet done', () => connections('open'));
  metrics.gauge('tributary_connector_failed', 'Writes to outer systems that failed for good', () =>
    connections('failed'),
  );
}
