// A process of its own that sends, to be killed. Its settings come as one JSON argument.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../../../test/support/database.ts';
import { createAudiences } from '../../audiences/index.ts';
import { createPeople } from '../../people/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { type ConnectionSettings, openPool } from '../../platform/database/pool.ts';
import { openPresence } from '../../platform/presence.ts';
import { createMessages, smtpChannel } from '../index.ts';

const { connection, smtp } = JSON.parse(process.argv[2]!) as { connection: ConnectionSettings; smtp: string };
const db = openPool(connection, silent, 4);
const people = createPeople({ db, clock: systemClock });
createMessages({
  db,
  people,
  audiences: createAudiences({ db, people, clock: systemClock, log: silent }),
  presence: await openPresence(connection, silent),
  clock: systemClock,
  log: silent,
  channel: smtpChannel(smtp, { connections: 3 }),
  publicUrl: () => 'https://t.example',
  from: { name: 'Acme Sales', email: 'sales@acme.example' },
  whenUncertain: 'hold',
  alone: false,
  dataDir: join(tmpdir(), 'tributary-sender-process'),
}).start();
