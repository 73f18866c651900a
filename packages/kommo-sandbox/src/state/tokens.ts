import { createHmac, randomBytes } from 'node:crypto';
import type { Account } from './account.ts';
import { admin, seconds } from './account.ts';
import type { Integration } from './model.ts';

/** Kommo's lifetimes (Kommo, oauth-20): a code 20 minutes, an access token a day, a refresh token three months. */
const lifetimes = { code: 20 * 60, access: 86_400, refresh: 90 * 86_400 };

interface Pair {
  token_type: 'Bearer';
  expires_in: number;
  access_token: string;
  refresh_token: string;
}

interface Grant {
  clientId: string;
  refresh: string;
  refreshEnds: number;
  access: string;
  accessEnds: number;
  /** The refresh token this pair came from; it dies when this pair is first used. */
  replaces: string | undefined;
}

export interface Tokens {
  issueCode(clientId: string): string;
  /** The pair, or Kommo's hint why not. */
  exchange(integration: Integration, code: string): Pair | string;
  refresh(integration: Integration, refreshToken: string): Pair | string;
  /** Whether a bearer token is good now. */
  accepts(token: string): boolean;
}

/** Tokens of one account: one long-lived token, and pairs got by the code flow. */
export function createTokens(account: Account, longLived: string): Tokens {
  const secret = randomBytes(32);
  const codes = new Map<string, { clientId: string; ends: number; used: boolean }>();
  const byRefresh = new Map<string, Grant>();
  const byAccess = new Map<string, Grant>();
  const now = () => seconds(account.now());

  /** A JWT with the claims clients read: the account, the API's address, the end. */
  function accessToken(clientId: string, ends: number): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const api_domain = account.url.replace(/^https?:\/\//, '');
    const claims = {
      aud: clientId,
      jti: randomBytes(16).toString('hex'),
      iat: now(),
      exp: ends,
      sub: String(admin(account).id),
    };
    const text = `${part({ typ: 'JWT', alg: 'HS256' })}.${part({ ...claims, account_id: account.id, api_domain, base_domain: 'kommo.com', scopes: ['crm', 'notifications'] })}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }

  function pair(clientId: string, replaces?: string): Pair {
    const accessEnds = now() + lifetimes.access;
    const access = accessToken(clientId, accessEnds);
    const refresh = randomBytes(48).toString('hex');
    const grant = { clientId, refresh, access, accessEnds, refreshEnds: now() + lifetimes.refresh, replaces };
    byRefresh.set(refresh, grant);
    byAccess.set(access, grant);
    return { token_type: 'Bearer', expires_in: lifetimes.access, access_token: access, refresh_token: refresh };
  }

  /** The old refresh token works until the new pair is used, so that a client which lost the answer can ask again. */
  function used(grant: Grant): void {
    if (grant.replaces) byRefresh.delete(grant.replaces);
    grant.replaces = undefined;
  }

  return {
    issueCode(clientId) {
      const code = `def502${randomBytes(32).toString('hex')}`;
      codes.set(code, { clientId, ends: now() + lifetimes.code, used: false });
      return code;
    },
    exchange(integration, code) {
      const known = codes.get(code);
      if (!known || known.clientId !== integration.client_id) return 'Cannot decrypt the authorization code';
      if (known.used) return 'Authorization code has been revoked';
      if (known.ends <= now()) return 'Authorization code has expired';
      known.used = true;
      return pair(integration.client_id);
    },
    refresh(integration, token) {
      const grant = byRefresh.get(token);
      if (!grant || grant.clientId !== integration.client_id) return 'Token has been revoked';
      if (grant.refreshEnds <= now()) return 'Token has expired';
      used(grant);
      return pair(integration.client_id, token);
    },
    accepts(token) {
      if (token === longLived) return true;
      const grant = byAccess.get(token);
      if (!grant || grant.accessEnds <= now()) return false;
      used(grant);
      return true;
    },
  };
}
