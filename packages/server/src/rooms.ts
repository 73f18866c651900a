import { kommo } from '@tributary/connector-kommo';
import { ortto } from '@tributary/connector-ortto';
import type { Workspace } from './access/index.ts';
import { type Audiences, createAudiences } from './audiences/index.ts';
import type { Config } from './config.ts';
import { type Connectors, createConnectors } from './connectors/index.ts';
import { createExports, type Exports } from './exports/index.ts';
import { createImports, type Imports } from './imports/index.ts';
import { createJourneys, type Journeys } from './journeys/index.ts';
import { createMessages, type EmailChannel, type Messages, type MessagesOptions } from './messages/index.ts';
import type { People } from './people/index.ts';
import type { Clock } from './platform/clock.ts';
import type { Db } from './platform/database/pool.ts';
import type { Log } from './platform/log.ts';
import type { Presence } from './platform/presence.ts';

export interface Rooms {
  people: People;
  audiences: Audiences;
  imports: Imports;
  exports: Exports;
  messages: Messages;
  journeys: Journeys;
  connectors: Connectors;
}

/** The rooms, each given the ones before it. Nothing runs yet: a command uses them as they are, a server starts them. */
export function createRooms(o: {
  config: Config;
  db: Db;
  people: People;
  presence: Presence;
  workspace: Workspace;
  clock: Clock;
  log: Log;
  channel: EmailChannel;
  publicUrl: () => string;
  alone: boolean;
  /** Told of every mail that comes in. */
  onReceived?: MessagesOptions['onReceived'];
}): Rooms {
  const { config, db, people, presence, workspace, clock, log, channel, publicUrl, alone } = o;
  const shared = { db, people, presence, clock, log, publicUrl };
  const { whenUncertain, from, dataDir, replyMailboxes } = config;
  const audiences = createAudiences(shared);
  const { onReceived } = o;
  const replies = { onReceived, mailboxes: { workspaceId: workspace.id, addresses: replyMailboxes } };
  const messages = createMessages({ ...shared, ...replies, audiences, channel, from, whenUncertain, alone, dataDir });
  const imports = createImports(shared);
  const exports = createExports(shared);
  const journeys = createJourneys({
    ...shared,
    audiences,
    messages,
    actionProblems: (shapes) => connectors.problemsWith(shapes),
    connected: (workspaceId) => connectors.connected(workspaceId),
  });
  const connectors: Connectors = createConnectors({
    ...shared,
    messages,
    journeys,
    connectors: [kommo, ortto],
    secret: workspace.secret,
  });
  return { people, audiences, imports, exports, messages, journeys, connectors };
}
