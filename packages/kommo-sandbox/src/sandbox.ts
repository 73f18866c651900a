import type { Control } from './control/control.ts';
import { createControl } from './control/create.ts';
import { createFaults } from './faults.ts';
import type { LoggedRequest } from './rest/guard.ts';
import { createRate } from './rest/rate.ts';
import type { Seed } from './seed.ts';
import { defaultSeed } from './seed.ts';
import { buildServer } from './server.ts';
import { createAccount } from './state/account.ts';
import { createTokens } from './state/tokens.ts';
import { createPoster } from './webhooks/attempt.ts';
import { createDeliverer } from './webhooks/deliver.ts';
import { publish } from './webhooks/publish.ts';

export interface SandboxOptions {
  /** A free one when not given. */
  port?: number;
  /** 127.0.0.1 when not given. */
  host?: string;
  /** The account's time: stamps, lifetimes of tokens, the two hours of the disabling rule. Not the limit a second. */
  now?: () => Date;
  seed?: Seed;
  /** The long-lived token. */
  token?: string;
  /** A line for each delivery attempt. */
  log?: (line: string) => void;
  /** Multiplies the delays before a webhook is tried again: 5, 15, 15 and 60 minutes. */
  retryScale?: number;
  /** How long an answer to a webhook may take: Kommo's two seconds when not given. */
  patienceMs?: number;
  /** 7 when not given, as Kommo's; 0 is no limit. */
  requestsPerSecond?: number;
}

export interface KommoSandbox extends Control {
  /** Without a slash at its end; REST is at `${url}/api/v4`. */
  readonly url: string;
  readonly token: string;
  readonly subdomain: string;
  readonly accountId: number;
  close(): Promise<void>;
}

const kommosLimit = 7;

/** A Kommo account of its own: state in memory, REST v4, OAuth, webhooks that really leave, pages to look at. */
export async function startKommoSandbox(o: SandboxOptions = {}): Promise<KommoSandbox> {
  const now = o.now ?? (() => new Date());
  const token = o.token ?? 'sandbox-long-lived-token';
  const faults = createFaults();
  const requests: LoggedRequest[] = [];
  const deliverer = createDeliverer({
    poster: createPoster('amoCRM-WebHook-client/2.0', o.patienceMs),
    faults,
    now,
    retryScale: o.retryScale ?? 1,
    onAttempt: ({ destination, status, ms, attempt, error }) =>
      o.log?.(`webhook ${destination} attempt ${attempt}: ${error ?? status} in ${ms} ms`),
  });
  const account = createAccount(o.seed ?? defaultSeed, now, (changes, together) =>
    publish(account, deliverer, changes, together),
  );
  const rate = createRate(o.requestsPerSecond ?? kommosLimit);
  const tokens = createTokens(account, token);
  const control = createControl({ account, faults, deliverer, requests, rate, tokens });
  const app = buildServer({ account, faults, rate, tokens, log: requests }, control);

  const address = await app.listen({ port: o.port ?? 0, host: o.host ?? '127.0.0.1' });
  account.url = `http://127.0.0.1:${new URL(address).port}`;

  return {
    ...control,
    url: account.url,
    token,
    subdomain: account.subdomain,
    accountId: account.id,
    async close() {
      deliverer.close();
      await app.close();
    },
  };
}
