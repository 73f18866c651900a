// A process of its own that takes imports, to be killed. Its connection comes as one JSON argument.
import { silent } from '../../../test/support/database.ts';
import { createPeople } from '../../people/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { type ConnectionSettings, openPool } from '../../platform/database/pool.ts';
import { openPresence } from '../../platform/presence.ts';
import { createImports } from '../index.ts';

const connection = JSON.parse(process.argv[2]!) as ConnectionSettings;
const db = openPool(connection, silent, 3);
const presence = await openPresence(connection, silent);
const people = createPeople({ db, clock: systemClock, presence });
createImports({ db, people, presence, clock: systemClock, log: silent }).run();
