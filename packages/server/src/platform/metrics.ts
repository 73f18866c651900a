import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  http: Histogram<'method' | 'route' | 'status'>;
  /** Requests answered with 429, by the limit they went over. */
  requestsRefused: Counter<'limit'>;
  /** Activities not recorded because their person has had too many of the kind that day. */
  activitiesRefused: Counter;
  /** Mails that came in, by what they were taken for. */
  mailsReceived: Counter<'taken_for'>;
  /** Adds a figure that is read when somebody asks for it. */
  gauge(name: string, help: string, read: () => Promise<number>): void;
  /** Everything, as Prometheus reads it. */
  print(): Promise<{ contentType: string; body: string }>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    http: new Histogram({
      name: 'tributary_http_request_seconds',
      help: 'Time from the first byte of a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
      registers: [registry],
    }),
    requestsRefused: new Counter({
      name: 'tributary_requests_refused_total',
      help: 'Requests answered with 429, by the limit they went over',
      labelNames: ['limit'],
      registers: [registry],
    }),
    activitiesRefused: new Counter({
      name: 'tributary_activities_refused_total',
      help: 'Activities not recorded because their person has had too many of the kind that day',
      registers: [registry],
    }),
    mailsReceived: new Counter({
      name: 'tributary_mails_received_total',
      help: 'Mails that came in, by what they were taken for',
      labelNames: ['taken_for'],
      registers: [registry],
    }),
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          this.set(await read());
        },
      });
    },
    print: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
