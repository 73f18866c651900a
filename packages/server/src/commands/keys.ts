import { createKey, listKeys, revokeKey } from '../access/index.ts';
import type { Config } from '../config.ts';
import { systemClock } from '../platform/clock.ts';
import { UserError } from '../platform/errors.ts';
import { usage } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `keys create --name NAME`, `keys list`, `keys revoke ID`. */
export function keys(config: Config, [verb = '', which]: string[], name: string | undefined): Promise<undefined> {
  if (!['create', 'list', 'revoke'].includes(verb))
    throw usage(['keys create --name NAME', 'keys list', 'keys revoke ID']);
  if (verb === 'create' && !name?.trim())
    throw new UserError('name_missing', 'give the key a name: keys create --name "My website"');
  if (verb === 'revoke' && !which) throw new UserError('key_missing', 'which key? keys revoke ID (see "keys list")');
  return withDatabase(config, async ({ db, workspace }) => {
    if (verb === 'create') {
      const called = name!.trim();
      const { id, key } = await createKey(db, workspace, called, systemClock.now());
      console.log(`Key ${id}, "${called}". It can not be shown again. Send it as X-Api-Key.\n${key}`);
    } else if (verb === 'list') {
      const all = await listKeys(db);
      if (all.length === 0) console.log('No keys yet: keys create --name "My website"');
      for (const key of all) {
        const state = key.revokedAt ? `revoked ${key.revokedAt.toISOString()}` : 'in use';
        console.log([key.id, key.name, `${key.prefix}…`, `made ${key.createdAt.toISOString()}`, state].join('\t'));
      }
    } else {
      const key = await revokeKey(db, which!, systemClock.now());
      console.log(`Key ${key.id}, "${key.name}", is no longer let in.`);
    }
    return undefined;
  });
}
