import type { KeyCache, Workspace } from '../../access/index.ts';
import type { Audiences } from '../../audiences/index.ts';
import type { Connectors } from '../../connectors/index.ts';
import type { Journeys } from '../../journeys/index.ts';
import type { Mailbox, Messages } from '../../messages/index.ts';
import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';

/** What the pages look at. */
export interface PageContext {
  db: Db;
  clock: Clock;
  workspace: Workspace;
  keys: KeyCache;
  people: People;
  audiences: Audiences;
  messages: Messages;
  journeys: Journeys;
  connectors: Connectors;
  mailbox: Mailbox | undefined;
  look: boolean;
}
