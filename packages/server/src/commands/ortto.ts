import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { connect, disconnect } from './connect.ts';
import { usage } from './usage.ts';

/**
 * `ortto connect --url REGION|URL --key KEY`: tries the key and keeps it, encrypted. With `--bridge`, what Kommo records
 * with is made there as well.
 */
export function orttoConnect(
  config: Config,
  [verb]: string[],
  o: {
    url?: string | undefined;
    key?: string | undefined;
    bridge?: boolean | undefined;
    'new-secret'?: boolean | undefined;
  },
): Promise<undefined> {
  if (verb === 'disconnect') return disconnect(config, 'ortto');
  const { url, key = config.orttoKey } = o;
  if (verb !== 'connect' || !url || !key) {
    throw usage([
      'ortto connect --url us|au|eu|ADDRESS --key PRV-… [--bridge] [--new-secret], or with the key in ORTTO_KEY',
      'ortto disconnect',
    ]);
  }
  return connect(config, {
    connector: 'ortto',
    settings: { url, key },
    mirror: o.bridge,
    newSecret: o['new-secret'],
    failed: (message) => new UserError('ortto_not_connected', message),
    more: (webhookUrl) => [
      `Webhooks of Ortto are taken at ${webhookUrl}`,
      ...(o['new-secret'] ? ['At the address before it nobody is heard any more: change it in Ortto.'] : []),
      'Ortto lets nobody set them up but people, in the app: docs/ortto.md says where.',
      ...(config.publicUrl ? [] : ['Ortto can reach that address only if PUBLIC_URL names one it can reach: set it.']),
    ],
  });
}
