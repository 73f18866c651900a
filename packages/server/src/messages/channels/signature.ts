import { createHmac, hkdfSync, type KeyObject } from 'node:crypto';

const PURPOSE = 'webhook signature';

/**
 * The headers by which a server can tell that a request is ours and not an old one sent again, as the Standard Webhooks
 * specification has them (standardwebhooks.com): for it there are libraries in most languages.
 */
export function signedHeaders(
  secret: KeyObject,
  { id, at, body }: { id: string; at: Date; body: string | undefined },
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', keyOf(secret))
    .update(`${id}.${timestamp}.${body ?? ''}`)
    .digest('base64');
  return { 'Webhook-Id': id, 'Webhook-Timestamp': timestamp, 'Webhook-Signature': `v1,${signature}` };
}

/** What a server checks signatures with. It follows from the workspace's secret, and gives nothing of that away. */
export function webhookSecret(secret: KeyObject): string {
  return `whsec_${keyOf(secret).toString('base64')}`;
}

function keyOf(secret: KeyObject): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
}
