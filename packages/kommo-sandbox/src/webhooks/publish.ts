import type { Account } from '../state/account.ts';
import type { Change } from '../state/act.ts';
import type { Deliverer } from './deliver.ts';
import type { Tree } from './encode.ts';
import { httpBuildQuery } from './encode.ts';

/**
 * Turns what happened into bodies for the destinations that asked for it. Each
 * change is a body of its own, unless told together: then the items of one
 * group and action share one body.
 */
export function publish(
  account: Account,
  deliverer: Pick<Deliverer, 'send'>,
  changes: readonly Change[],
  together: boolean,
): void {
  const written = new Map<string, string>();
  for (const webhook of account.webhooks) {
    if (webhook.disabled) continue;
    const heard = changes.filter((change) => change.settings.some((name) => webhook.settings.includes(name)));
    for (const batch of together ? byKind(heard) : heard.map((change) => [change])) {
      const key = batch.map((change) => changes.indexOf(change)).join(' ');
      const body = written.get(key) ?? bodyOf(account, batch);
      written.set(key, body);
      deliverer.send(webhook, body);
    }
  }
}

function byKind(changes: readonly Change[]): Change[][] {
  return [...Map.groupBy(changes, ({ group, action }) => `${group} ${action}`).values()];
}

function bodyOf(account: Account, batch: readonly Change[]): string {
  const [first] = batch;
  if (!first) throw new Error('A webhook has at least one item.');
  const items: Tree = batch.map((change) => change.item());
  return httpBuildQuery({
    [first.group]: { [first.action]: items },
    account: { subdomain: account.subdomain, id: account.id, _links: { self: account.url } },
  });
}
