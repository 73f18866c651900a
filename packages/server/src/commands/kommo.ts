import type { SetUpReport } from '@tributary/connector-kit';
import type { Config } from '../config.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import { withRooms } from './with-database.ts';

/** `kommo connect --url URL --token TOKEN`: keeps the token, encrypted, and makes what Kommo needs. */
export function kommoConnect(
  config: Config,
  [verb]: string[],
  o: { url?: string | undefined; token?: string | undefined },
): Promise<undefined> {
  if (verb !== 'connect' || !o.url || !o.token) {
    throw new UserError('unknown_command', 'kommo connect --url https://yours.kommo.com --token TOKEN');
  }
  return withRooms(config, async ({ connectors, workspace }) => {
    const report = await connectors
      .connect(workspace.id, 'kommo', { url: o.url, token: o.token })
      .catch((error: unknown) => {
        throw error instanceof UserError ? error : new UserError('kommo_not_connected', messageOf(error));
      });
    console.log(describe(report));
    console.log(`Webhooks arrive at ${report.webhookUrl}`);
    if (!config.publicUrl)
      console.log('Kommo can reach that address only if PUBLIC_URL names one it can reach: set it.');
    return undefined;
  });
}

function describe(report: SetUpReport): string {
  return [
    `Connected to ${report.account.name} (account ${report.account.id}).`,
    ...report.found.map((found) => `  found  ${found}`),
    ...report.made.map((made) => `  made   ${made}`),
    ...report.warnings.map((warning) => `  note   ${warning}`),
  ].join('\n');
}
