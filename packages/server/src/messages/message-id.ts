import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { internalId, publicId } from '@tributary/model';

/** 96 bits, and only we can say whether one is right: nobody guesses one. */
const MAC_BYTES = 12;
/** Keeps these signatures apart from whatever else the secret is used for. */
const DOMAIN = 'tributary message-id 1\0';
/** Hex, as some relays do not keep the letters' case. The host is not looked at: the sender's may have changed since. */
const FORM = /^<?([0-9a-f]{24})\.([0-9a-f]{24})@[^<>@\s]+>?$/i;

/**
 * The Message-ID of a message, without its angle brackets: always the same, and signed. Who answers a mail names it by
 * this id, so that an answer tells of its message without a look-up, and nobody who did not have the mail can name it.
 */
export function messageIdOf(secret: KeyObject, id: string, host: string): string {
  return `${publicId(id, 'message')}.${mac(secret, id).toString('hex')}@${domainToASCII(host) || host}`;
}

/** The message that a Message-ID names, if we made it with this secret. */
export function messageNamedBy(secret: KeyObject, messageId: string): string | undefined {
  const [, hex, signature] = FORM.exec(messageId) ?? [];
  const id = hex && internalId(hex, 'message');
  if (!id) return undefined;
  return timingSafeEqual(mac(secret, id), Buffer.from(signature!, 'hex')) ? id : undefined;
}

function mac(secret: KeyObject, id: string): Buffer {
  return createHmac('sha256', secret).update(DOMAIN).update(id).digest().subarray(0, MAC_BYTES);
}
