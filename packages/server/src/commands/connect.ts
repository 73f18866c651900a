import type { SetUpReport } from '@tributary/connector-kit';
import type { Config } from '../config.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import { withRooms } from './with-database.ts';

/** Connects this workspace to an outer system, and says what was found and made; `failed` says how an error is told. */
export function connect(
  config: Config,
  o: {
    connector: string;
    settings: object;
    /** What the other connections record with is made over there, too. */
    mirror?: boolean | undefined;
    /** The webhook gets another address. */
    newSecret?: boolean | undefined;
    failed: (message: string) => UserError;
    /** More to say, once it is connected. */
    more?: (webhookUrl: string) => string[];
  },
): Promise<undefined> {
  return withRooms(config, async ({ connectors, workspace }) => {
    const report = await connectors
      .connect(workspace.id, o.connector, o.settings, { mirror: o.mirror, newSecret: o.newSecret })
      .catch((error: unknown) => {
        throw error instanceof UserError ? error : o.failed(messageOf(error));
      });
    for (const line of [...describe(report), ...(o.more?.(report.webhookUrl) ?? [])]) console.log(line);
    return undefined;
  });
}

/** `kommo disconnect`, `ortto disconnect`. */
export function disconnect(config: Config, connector: string): Promise<undefined> {
  return withRooms(config, async ({ connectors, workspace }) => {
    const left = await connectors.disconnect(workspace.id, connector);
    console.log(`Disconnected: nothing more is read from ${connectors.nameOf(connector)}, and nothing written to it.`);
    if (left !== undefined) console.log(`  note   The webhook there could not be removed: ${left}`);
    return undefined;
  });
}

/** What was found over there, what was made, and what was taken away. */
export function describe(report: SetUpReport): string[] {
  return [
    `Connected to ${report.account.name} (account ${report.account.id}).`,
    ...report.found.map((found) => `  found  ${found}`),
    ...report.made.map((made) => `  made   ${made}`),
    ...(report.removed ?? []).map((removed) => `  gone   ${removed}`),
    ...report.warnings.map((warning) => `  note   ${warning}`),
  ];
}
