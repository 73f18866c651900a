import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { connect, disconnect } from './connect.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

interface Asked {
  url?: string | undefined;
  token?: string | undefined;
  'new-secret'?: boolean | undefined;
  again?: boolean | undefined;
}

/** `kommo connect`, `backfill` and `disconnect`. */
export function kommo(config: Config, [verb]: string[], asked: Asked): Promise<undefined> {
  const { url, token = config.kommoToken, again, 'new-secret': newSecret } = asked;
  if (verb === 'connect' && url && token) return kommoConnect(config, { url, token }, newSecret);
  if (verb === 'backfill') return kommoBackfill(config, again === true);
  if (verb === 'disconnect') return disconnect(config, 'kommo');
  throw usage([
    'kommo connect --url https://yours.kommo.com --token TOKEN [--new-secret], or with the token in KOMMO_TOKEN',
    'kommo backfill [--again]',
    'kommo disconnect',
  ]);
}

/** Keeps the token, encrypted, and makes what Kommo needs. */
function kommoConnect(
  config: Config,
  settings: { url: string; token: string },
  newSecret: boolean | undefined,
): Promise<undefined> {
  return connect(config, {
    connector: 'kommo',
    settings,
    newSecret,
    failed: (message) => new UserError('kommo_not_connected', message),
    more: (webhookUrl) => [
      `Webhooks arrive at ${webhookUrl}`,
      ...(config.publicUrl ? [] : ['Kommo can reach that address only if PUBLIC_URL names one it can reach: set it.']),
      'Who was there before comes in as their deals change; all at once by "kommo backfill".',
    ],
  });
}

/** Asks the server to read the contacts and deals that were there before, or tells how far it is. */
function kommoBackfill(config: Config, again: boolean): Promise<undefined> {
  return withRooms(config, async ({ connectors, workspace }) => {
    const now = await connectors.backfill(workspace.id, 'kommo', again);
    if (now === 'asked')
      console.log(
        'The server reads the contacts and deals that were there before, a page a second, while nothing else is to be done. "kommo backfill" again tells how far it is.',
      );
    else if (now.state === 'done')
      console.log(`All has been read: ${now.told}. With --again it is read once more; who is known is passed over.`);
    else {
      const goesOn = now.why === undefined ? 'goes on.' : `waits, and tries again: ${now.why}`;
      console.log(`Read so far: ${now.told}. The server ${goesOn}`);
    }
    return undefined;
  });
}
