import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { connect } from './connect.ts';
import { usage } from './usage.ts';

/** `kommo connect --url URL --token TOKEN`: keeps the token, encrypted, and makes what Kommo needs. */
export function kommoConnect(
  config: Config,
  [verb]: string[],
  o: { url?: string | undefined; token?: string | undefined },
): Promise<undefined> {
  if (verb !== 'connect' || !o.url || !o.token) {
    throw usage(['kommo connect --url https://yours.kommo.com --token TOKEN']);
  }
  return connect(config, {
    connector: 'kommo',
    settings: { url: o.url, token: o.token },
    failed: (message) => new UserError('kommo_not_connected', message),
    more: (webhookUrl) => [
      `Webhooks arrive at ${webhookUrl}`,
      ...(config.publicUrl ? [] : ['Kommo can reach that address only if PUBLIC_URL names one it can reach: set it.']),
    ],
  });
}
