import { RetryLater } from '../errors.ts';
import type { Http } from '../http.ts';

/** HTTP that really leaves, as a host lends it: redirects are not followed, and no answer is a `RetryLater`. */
export const realHttp: Http = async ({ method, url, headers, body }) => {
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
      ...(headers ? { headers } : {}),
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  } catch (error) {
    const code = error instanceof Error ? (error.cause as { code?: string } | undefined)?.code : undefined;
    const applied = code === 'ECONNREFUSED' ? 'no' : 'unknown';
    throw new RetryLater(`${method} ${url}: no answer (${code ?? String(error)})`, { applied, cause: error });
  }
};
