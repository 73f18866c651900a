import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * What a link in an e-mail says. It stands in the link itself, signed: links
 * work for as long as the workspace keeps its secret, without a look-up, and
 * nobody can make one that leads elsewhere.
 */
export type Claim =
  | { purpose: 'open' | 'unsubscribe'; workspaceId: number; messageId: string }
  | { purpose: 'click'; workspaceId: number; messageId: string; link: number; url: string };

export type Purpose = Claim['purpose'];

const purposes = ['open', 'click', 'unsubscribe'] as const satisfies readonly Purpose[];
/** One byte of purpose, four of workspace, eight of message. */
const HEAD_BYTES = 13;
const LINK_BYTES = 2;
/** 128 bits: nobody guesses one. */
const MAC_BYTES = 16;
/** Keeps these signatures apart from whatever else the secret is used for. */
const DOMAIN = 'tributary link 1\0';

/** The token for a claim, in characters that a path can hold. */
export function signToken(secret: KeyObject, claim: Claim): string {
  const head = Buffer.alloc(claim.purpose === 'click' ? HEAD_BYTES + LINK_BYTES : HEAD_BYTES);
  head.writeUInt8(purposes.indexOf(claim.purpose), 0);
  head.writeUInt32BE(claim.workspaceId, 1);
  head.writeBigUInt64BE(BigInt(claim.messageId), 5);
  if (claim.purpose === 'click') head.writeUInt16BE(claim.link, HEAD_BYTES);
  const said = claim.purpose === 'click' ? Buffer.concat([head, Buffer.from(claim.url)]) : head;
  return Buffer.concat([said, mac(secret, said)]).toString('base64url');
}

/** What a token says, not yet believed; undefined when it says nothing that makes sense for that purpose. */
export function readToken(token: string, purpose: Purpose): UnprovenClaim | undefined {
  if (!/^[\w-]+$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const headBytes = purpose === 'click' ? HEAD_BYTES + LINK_BYTES : HEAD_BYTES;
  const end = bytes.length - MAC_BYTES;
  if (end < headBytes || purposes[bytes.readUInt8(0)] !== purpose) return undefined;
  if (purpose !== 'click' && end !== headBytes) return undefined;
  const common = { workspaceId: bytes.readUInt32BE(1), messageId: bytes.readBigUInt64BE(5).toString() };
  const claim: Claim =
    purpose === 'click'
      ? { purpose, ...common, link: bytes.readUInt16BE(HEAD_BYTES), url: bytes.toString('utf8', headBytes, end) }
      : { purpose, ...common };
  return { workspaceId: common.workspaceId, said: bytes.subarray(0, end), mac: bytes.subarray(end), claim };
}

export interface UnprovenClaim {
  workspaceId: number;
  said: Buffer;
  mac: Buffer;
  claim: Claim;
}

/** The claim, if it was signed with this secret. */
export function proven(unproven: UnprovenClaim, secret: KeyObject): Claim | undefined {
  return timingSafeEqual(mac(secret, unproven.said), unproven.mac) ? unproven.claim : undefined;
}

function mac(secret: KeyObject, said: Buffer): Buffer {
  return createHmac('sha256', secret).update(DOMAIN).update(said).digest().subarray(0, MAC_BYTES);
}
