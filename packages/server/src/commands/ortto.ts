import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { connect } from './connect.ts';
import { usage } from './usage.ts';

/** `ortto connect --url REGION|URL --key KEY`: tries the key and keeps it, encrypted. */
export function orttoConnect(
  config: Config,
  [verb]: string[],
  o: { url?: string | undefined; key?: string | undefined },
): Promise<undefined> {
  if (verb !== 'connect' || !o.url || !o.key) {
    throw usage(['ortto connect --url us|au|eu|ADDRESS --key PRV-…']);
  }
  return connect(config, {
    connector: 'ortto',
    settings: { url: o.url, key: o.key },
    failed: (message) => new UserError('ortto_not_connected', message),
  });
}
