import { pino } from 'pino';
import type { ConnectionSettings } from '../database/pool.ts';
import { openPresence } from '../presence.ts';

/** A process that is there, says its number, and does nothing more until somebody kills it. */
const connection = JSON.parse(process.argv[2]!) as ConnectionSettings;
const presence = await openPresence(connection, pino({ level: 'silent' }));
console.log(presence.process);
