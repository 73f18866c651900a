import { type Http, RetryLater } from '@tributary/connector-kit';
import { messageOf } from '../platform/errors.ts';

const TIME_LIMIT_MS = 30_000;
const ANSWER_MAX_BYTES = 16 * 1024 * 1024;

/** Refused before anything was sent: it surely was not carried out. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * The HTTP client that connectors are lent: pooled connections, a time limit, and no redirects followed. Once we are
 * closing it begins no request; those in hand have their time limit, which is how long a stop waits for them.
 */
export const httpUntil =
  (closing: AbortSignal): Http =>
  async (request) => {
    if (closing.aborted) throw new RetryLater('Tributary is stopping', { applied: 'no' });
    return http(request);
  };

const http: Http = async ({ method, url, headers, body }) => {
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
      ...(headers ? { headers } : {}),
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await textOf(response) };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as { code?: string; message?: string } | undefined) : undefined;
    const applied = cause?.code && NOT_SENT.has(cause.code) ? 'no' : 'unknown';
    const reason = cause?.code ?? cause?.message ?? messageOf(error);
    throw new RetryLater(`${method} ${new URL(url).origin}: no answer (${reason})`, { applied, cause: error });
  }
};

/** Counted as it comes, and unpacked: an answer without an end must not fill the memory before its time is up. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > ANSWER_MAX_BYTES) throw new Error(`an answer of more than ${ANSWER_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
