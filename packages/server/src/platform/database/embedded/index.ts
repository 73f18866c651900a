export { type Backup, backUp } from './backup.ts';
export { DataFolderInUse, EmbeddedDatabaseError } from './errors.ts';
export type { Connection } from './record.ts';
export { type EmbeddedDatabase, type EmbeddedOptions, findRunningEmbedded, startEmbedded } from './start.ts';
