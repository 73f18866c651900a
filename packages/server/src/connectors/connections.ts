import type { Connector, Session } from '@tributary/connector-kit';
import type { People } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database/pool.ts';
import type { Log } from '../platform/log.ts';
import type { Presence } from '../platform/presence.ts';
import { unseal } from '../platform/seal.ts';
import { httpUntil } from './http.ts';
import { type ConnectionRow, listConnections } from './store/connection.sql.ts';

/** A connection with its connector at work. */
export interface Connection {
  id: number;
  workspaceId: number;
  webhookSecret: string;
  connector: Connector<unknown>;
  /** The settings that the session was opened with, as they are stored. */
  sealed: Buffer;
  session: Session;
}

/** What the turns of a connection work with. */
export interface Work {
  db: Db;
  people: People;
  presence: Presence;
  clock: Clock;
  log: Log;
  /** We are told to stop: what is in hand ends, and nothing is begun. */
  closing: AbortSignal;
}

export interface Connections {
  /** Every connection, as last read. */
  all(): Promise<readonly Connection[]>;
  /** A session with these settings, stored or not; the last names it in the log. */
  open(connector: Connector<unknown>, settings: unknown, connection: number | 'new'): Session;
  /** Read them again: one was made or changed. */
  forget(): void;
}

/** What the settings of a connection are sealed for. */
export const SETTINGS = 'connection settings';

/** The connections of this installation, opened. One whose settings did not change keeps its session, and its rate. */
export function createConnections(o: {
  db: Db;
  connectors: readonly Connector<unknown>[];
  secret: Buffer;
  clock: Clock;
  log: Log;
  closing: AbortSignal;
}): Connections {
  const http = httpUntil(o.closing);
  const opened = new Map<string, Connection>();
  let listed: Promise<readonly Connection[]> | undefined;

  const openWith: Connections['open'] = (connector, settings, connection) =>
    connector.open(settings, {
      http,
      now: o.clock.now,
      log: (message, detail) => o.log.info({ connection, ...detail }, `${connector.name}: ${message}`),
    });

  const open = (row: ConnectionRow): Connection[] => {
    const connector = o.connectors.find(({ id }) => id === row.connector);
    if (!connector) return [];
    const key = `${row.id}/${row.webhookSecret}/${row.settings.toString('base64')}`;
    const known = opened.get(key);
    if (known) return [known];
    const settings = connector.settings.parse(JSON.parse(unseal(o.secret, SETTINGS, row.settings)));
    const session = openWith(connector, settings, row.id);
    const { id, workspaceId, webhookSecret, settings: sealed } = row;
    const connection = { id, workspaceId, webhookSecret, connector, sealed, session };
    opened.set(key, connection);
    return [connection];
  };

  return {
    open: openWith,
    all() {
      listed ??= listConnections(o.db).then((rows) => rows.flatMap(open));
      listed.catch(() => {
        listed = undefined;
      });
      return listed;
    },
    forget() {
      listed = undefined;
    },
  };
}
