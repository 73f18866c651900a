import { randomBytes } from 'node:crypto';
import type { Connector, Provided, SetUpReport } from '@tributary/connector-kit';
import type { Problem } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { JourneyActions, Journeys } from '../journeys/index.ts';
import type { Messages } from '../messages/index.ts';
import type { People, PeopleDeleted, PeopleRecorded } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Queryable, type Tx, transaction } from '../platform/database/pool.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type Loop, startLoop } from '../platform/loop.ts';
import { notify, type Presence, signal } from '../platform/presence.ts';
import { seal } from '../platform/seal.ts';
import { askForBackfill, type Backfill, backfillOf } from './backfill.ts';
import { type Connection, createConnections, SETTINGS } from './connections.ts';
import { type Failures, failuresOf } from './failures.ts';
import { forget } from './forget.ts';
import { hearActions, hearRecorded } from './hear.ts';
import { leaveAccount } from './leave-account.ts';
import { problemsWith } from './problems.ts';
import { provide } from './provide.ts';
import {
  type ConnectedAccount,
  deleteConnection,
  listConnections,
  updateConnectionAccount,
  updateConnectionLacking,
  upsertConnection,
} from './store/connection.sql.ts';
import { type ConnectorCounts, countConnections } from './store/outbox.sql.ts';
import { webhookRoutes } from './webhook.ts';
import { CATCH_UP, createTurns } from './work.ts';

export type { ConnectorCounts } from './store/outbox.sql.ts';

/** The outer systems: what they tell us, and what we tell them. */
export interface Connectors {
  /**
   * Connects, or changes the settings of the connection there is, and makes what both sides need. Settings that the
   * other side does not take are refused with its reason, and those there were stay. `mirror`: the fields and activities
   * that the workspace's other connections record with are made over there, too. `newSecret`: webhooks come at another
   * address from then on, and at the one before no more.
   */
  connect(
    workspaceId: number,
    connectorId: string,
    settings: unknown,
    how?: { mirror?: boolean | undefined; newSecret?: boolean | undefined },
  ): Promise<SetUpReport & { webhookUrl: string }>;
  /**
   * Asks that what was there before it was connected be read, by the server, while there is nothing else to do; again, it
   * tells how far that is. Throws where nothing is connected by that connector, or it can not.
   */
  backfill(workspaceId: number, connectorId: string, again: boolean): Promise<Backfill | 'asked'>;
  /**
   * Ends the connection: what was to be written fails, as the timelines tell, and its webhooks are answered with 404.
   * Returns why what was subscribed over there could not be taken away, where it could not. Throws where there is none.
   */
  disconnect(workspaceId: number, connectorId: string): Promise<string | undefined>;
  /** Makes again what is missing over there, such as a webhook that was switched off. */
  check(): Promise<void>;
  /** What can be seen to be wrong with the connector actions of a journey, before any is asked for. */
  problemsWith(shapes: Readonly<Record<string, unknown>>): Problem[];
  /** The connectors that a workspace is connected by, by their ids. */
  connected(workspaceId: number): Promise<ReadonlySet<string>>;
  hearRecorded(tx: Tx, pieces: readonly PeopleRecorded[]): Promise<void>;
  hearActions(tx: Tx, pieces: readonly JourneyActions[]): Promise<void>;
  /** Forgets what was kept to write about people who were deleted. */
  hearDeleted(tx: Tx, pieces: readonly PeopleDeleted[]): Promise<void>;
  /** What a connector is called; its id where nobody knows it any more. */
  nameOf(connectorId: string): string;
  /** “Create a task in Kommo” of `kommo.task`; undefined of what is no connector's action. */
  actionInWords(id: string): string | undefined;
  counts(db: Queryable): Promise<ConnectorCounts[]>;
  /** What failed for good: what still does, and what is past. Connections where nothing ever failed are absent. */
  failures(db: Queryable): Promise<Failures[]>;
  routes(app: FastifyInstance): void;
  start(): Loop;
}

const MEANT_FOR_ANOTHER = 'it was meant for the account that was connected before';

export function createConnectors(o: {
  db: Db;
  people: People;
  journeys: Journeys;
  messages: Pick<Messages, 'displayTypes'>;
  presence: Presence;
  clock: Clock;
  log: Log;
  connectors: readonly Connector<unknown>[];
  secret: Buffer;
  publicUrl: () => string;
}): Connectors {
  const { db, people, journeys, clock } = o;
  const closing = new AbortController();
  const connections = createConnections({ ...o, closing: closing.signal });
  const ears = { people, journeys, connections, messages: o.messages };
  o.presence.on('connections', connections.forget);

  const webhookUrl = (connector: Connector<unknown>, secret: string): string =>
    `${o.publicUrl()}/hooks/${connector.id}/${secret}`;
  const setUp = async (connection: Connection) => {
    await provide(people, connection.workspaceId, connection.connector);
    const report = await connection.session.setUp(webhookUrl(connection.connector, connection.webhookSecret));
    await updateConnectionAccount(db, connection.id, accountOf(report));
    for (const words of report.lacking ?? [])
      o.log.warn({ connection: connection.id }, `${connection.connector.name}: ${words}`);
    return report;
  };

  const connectionOf = async (workspaceId: number, connectorId: string): Promise<Connection> => {
    const all = await connections.all();
    const connection = all.find((c) => c.workspaceId === workspaceId && c.connector.id === connectorId);
    if (connection) return connection;
    throw new UserError('not_connected', `${connectorId} is not connected: connect it first`, 404);
  };

  return {
    async connect(workspaceId, connectorId, input, { mirror, newSecret } = {}) {
      const connector = o.connectors.find(({ id }) => id === connectorId);
      if (!connector) throw new UserError('connector_not_found', `there is no connector "${connectorId}"`, 404);
      const parsed = connector.settings.safeParse(input);
      if (!parsed.success) {
        const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
        throw new UserError('settings_are_wrong', `${connector.name} can not be connected: ${problems.join('; ')}`);
      }
      const before = (await listConnections(db)).find(
        (c) => c.workspaceId === workspaceId && c.connector === connectorId,
      );
      const mirrored = mirror ? providedByOthers(await connections.all(), workspaceId, connector) : undefined;
      const known = newSecret ? undefined : before?.webhookSecret;
      const webhookSecret = known ?? randomBytes(24).toString('base64url');
      const url = webhookUrl(connector, webhookSecret);
      await provide(people, workspaceId, connector);
      // Tried before they are kept: settings that do not work must not take the place of some that do.
      const report = await connections.open(connector, parsed.data, before?.id ?? 'new').setUp(url, mirrored);
      const settings = seal(o.secret, SETTINGS, JSON.stringify(parsed.data));
      await transaction(db, async (tx) => {
        const now = clock.now();
        const row = await upsertConnection(tx, { workspaceId, connector: connectorId, settings, webhookSecret }, now);
        await updateConnectionAccount(tx, row.id, accountOf(report));
        const isAnother = before?.account && before.account.id !== report.account.id;
        if (isAnother) await leaveAccount(tx, people, { id: row.id, workspaceId }, { why: MEANT_FOR_ANOTHER, now });
        signal(tx, 'connections');
      });
      connections.forget();
      return { ...report, webhookUrl: url };
    },
    async backfill(workspaceId, connectorId, again) {
      const connection = await connectionOf(workspaceId, connectorId);
      if (!connection.session.backfill)
        throw new UserError('no_backfill', `${connection.connector.name} is not read for what was there before`);
      const now = await backfillOf(db, connection.id);
      if (now && !again) return now;
      await transaction(db, async (tx) => {
        askForBackfill(tx, connection.id, clock.now());
        signal(tx, 'connection');
      });
      return 'asked';
    },
    async disconnect(workspaceId, connectorId) {
      const { id, session, connector, webhookSecret } = await connectionOf(workspaceId, connectorId);
      // First: afterwards nobody has the key.
      const left = session.leave?.(webhookUrl(connector, webhookSecret));
      const why = await left?.then(() => undefined, messageOf);
      await transaction(db, async (tx) => {
        await leaveAccount(
          tx,
          people,
          { id, workspaceId },
          { why: `${connector.name} was disconnected`, now: clock.now() },
        );
        await deleteConnection(tx, id);
        signal(tx, 'connections');
      });
      connections.forget();
      return why;
    },
    async check() {
      const failures: unknown[] = [];
      for (const connection of await connections.all()) {
        try {
          const { made } = await setUp(connection);
          // Something was missing over there: the webhook, perhaps, and what it would have told.
          if (made.length > 0) await db.query(notify(CATCH_UP));
        } catch (error) {
          failures.push(error);
          if (closing.signal.aborted) continue;
          // Until the next look goes well; by then a webhook may long have been switched off.
          const words = `What is needed in ${connection.connector.name} can not be looked after: ${messageOf(error)}`;
          await updateConnectionLacking(db, connection.id, [words]);
        }
      }
      // One that does not answer keeps nobody from checking the others.
      if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join('; '));
    },
    problemsWith: (shapes) => problemsWith(o.connectors, shapes),
    async connected(workspaceId) {
      const own = (await connections.all()).filter((connection) => connection.workspaceId === workspaceId);
      return new Set(own.map(({ connector }) => connector.id));
    },
    hearRecorded: (tx, pieces) => hearRecorded(tx, ears, pieces, clock.now()),
    hearActions: (tx, pieces) => hearActions(tx, ears, pieces, clock.now()),
    hearDeleted: (tx, pieces) => forget(tx, connections, pieces, clock.now()),
    nameOf: (id) => o.connectors.find((connector) => connector.id === id)?.name ?? id,
    actionInWords(id) {
      const [, connectorId, name = ''] = /^([^.]*)\.(.*)$/.exec(id) ?? [];
      const connector = o.connectors.find((candidate) => candidate.id === connectorId);
      if (!connector || !Object.hasOwn(connector.actions, name)) return undefined;
      return `${connector.actions[name]!.name} in ${connector.name}`;
    },
    counts: countConnections,
    failures: (queryable) => failuresOf(queryable, { journeys, now: clock.now() }),
    routes: (app) => webhookRoutes(app, { db, connections, clock }),
    start() {
      const loops = new Map<Connection, Loop>();
      const manager = startLoop({
        name: 'connections',
        clock,
        log: o.log,
        async turn() {
          const now = await connections.all();
          for (const [connection, loop] of loops) {
            if (now.includes(connection)) continue;
            loops.delete(connection);
            await loop.close();
          }
          for (const connection of now) {
            if (loops.has(connection)) continue;
            // A newer version may record with more than the one that connected.
            await provide(people, connection.workspaceId, connection.connector);
            const turn = createTurns({ ...o, closing: closing.signal }, connection);
            loops.set(connection, startLoop({ name: `connection ${connection.id}`, turn, clock, log: o.log }));
          }
          return undefined;
        },
      });
      const nudge = (): void => {
        for (const loop of loops.values()) loop.nudge();
      };
      o.presence.on('connections', manager.nudge);
      o.presence.on('connection', nudge);
      return {
        nudge,
        async close() {
          closing.abort();
          await manager.close();
          await Promise.all([...loops.values()].map((loop) => loop.close()));
        },
      };
    },
  };
}

/** What the workspace's other connections record with. Throws where there is none. */
function providedByOthers(
  connections: readonly Connection[],
  workspaceId: number,
  connector: Connector<unknown>,
): Provided {
  const others = connections.filter(
    (connection) => connection.workspaceId === workspaceId && connection.connector.id !== connector.id,
  );
  if (others.length === 0)
    throw new UserError('nothing_to_bridge', `connect what ${connector.name} is to be bridged to first, such as Kommo`);
  return {
    fields: others.flatMap((other) => other.connector.provides.fields),
    activities: others.flatMap((other) => other.connector.provides.activities),
  };
}

function accountOf({ account, lacking = [] }: SetUpReport): ConnectedAccount {
  return { ...account, lacking };
}
