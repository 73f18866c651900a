import { parseArgs } from 'node:util';
import { startKommoSandbox } from './sandbox.ts';

const { values } = given();

if (values.help) {
  console.log(`A Kommo account to play with.

  --port 8090                where to listen
  --host 127.0.0.1           on which address; 0.0.0.0 inside a container
  --token …                  the long-lived token
  --requests-per-second 7    Kommo's own limit; 0 for none
  --retry-scale 1            0.01 makes Kommo's "again in 5 minutes" 3 seconds
  --sample                   begin with one deal, Anna Petrova's`);
  process.exit(0);
}

const sandbox = await startKommoSandbox({
  port: number('port'),
  host: values.host,
  retryScale: number('retry-scale'),
  requestsPerSecond: number('requests-per-second'),
  log: (line) => console.log(line),
  ...(values.token === undefined ? {} : { token: values.token }),
}).catch((error: unknown) => {
  console.error(`The Kommo sandbox did not start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});

if (values.sample) {
  sandbox.addLead({
    name: 'Brightwater Logistics, 40 seats',
    price: 12_000,
    contact: { first_name: 'Anna', last_name: 'Petrova', email: 'anna@example.com', phone: '+1 415 555 0137' },
    responsibleUserId: sandbox.users()[1]?.id ?? 0,
    customFields: { Industry: 'Logistics', Segment: 'Mid-market', Seats: 40 },
  });
}

console.log(`Kommo sandbox: the account "${sandbox.subdomain}" is at ${sandbox.url}

  Look at the deals      ${sandbox.url}/
  REST                   ${sandbox.url}/api/v4/leads
  Token                  ${sandbox.token}

Try:
  curl -H "Authorization: Bearer ${sandbox.token}" "${sandbox.url}/api/v4/leads?with=contacts"
  Add a deal on the page and drag it to another stage: whoever subscribed at /api/v4/webhooks hears of it.
  curl -H "Content-Type: application/json" -d '{"status":429,"failNext":3}' ${sandbox.url}/sandbox/faults

Everything is kept in memory and gone when this stops (Ctrl-C).`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}

function given() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '8090' },
        host: { type: 'string', default: '127.0.0.1' },
        token: { type: 'string' },
        'retry-scale': { type: 'string', default: '1' },
        'requests-per-second': { type: 'string', default: '7' },
        sample: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    // What Node adds to its first sentence is about words that begin with a dash.
    return askedWrongly(`${String((error as Error).message).split('. ')[0]}: see --help`);
  }
}

function number(name: 'port' | 'retry-scale' | 'requests-per-second'): number {
  const text = values[name];
  return text.trim() === '' || Number.isNaN(Number(text))
    ? askedWrongly(`--${name} "${text}": expected a number`)
    : Number(text);
}

function askedWrongly(said: string): never {
  console.error(said);
  process.exit(2);
}
