import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { PatientWriter } from '../patient-writer.ts';
import type { Preferences } from './preferences.ts';
import type { Touch } from './record.ts';
import type { Recorded } from './recorder.ts';
import type { Secrets } from './secrets.ts';
import { type Claim, type Purpose, proven, readToken } from './token.ts';

/**
 * Readers do not wait longer for our database: they get their picture or their
 * page, and the touch, kept in memory, is recorded when the database is back.
 */
const READER_WAITS_MS = 2000;
/** Touches kept while the database is away; more are logged and let go. */
const KEPT_MAX = 10_000;

export interface TrackingOptions {
  recorder: PatientWriter<Touch, Recorded>;
  preferences: Preferences;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** How e-mails name their sender. */
  sender: string;
}

type Of<P extends Purpose> = Extract<Claim, { purpose: P }>;

/** As long as a reader should wait for our database. */
export const readerWaits = (o: TrackingOptions): number => (o.recorder.away ? 0 : READER_WAITS_MS);

/** What a token says, if it is ours. */
export async function claimIn<P extends Purpose>(
  o: TrackingOptions,
  token: string,
  purpose: P,
): Promise<Of<P> | undefined> {
  const unproven = readToken(token, purpose);
  const secret = unproven && (await o.secrets.get(unproven.workspaceId));
  return secret && (proven(unproven, secret) as Of<P> | undefined);
}

export function touchOf(o: TrackingOptions, request: FastifyRequest, claim: Claim): Touch {
  const { headers } = request;
  const purpose = headers['sec-purpose'] ?? headers.purpose ?? headers['x-purpose'] ?? headers['x-moz'];
  return {
    id: randomUUID(),
    did: claim.purpose,
    workspaceId: claim.workspaceId,
    messageId: claim.messageId,
    at: o.clock.now(),
    method: request.method,
    userAgent: headers['user-agent'],
    purpose: purpose?.toString(),
  };
}

/** Recorded, or undefined when it was let go: too much is kept already, or the database refuses it. */
export async function record(o: TrackingOptions, touch: Touch): Promise<Recorded | undefined> {
  if (touch.did !== 'unsubscribe' && o.recorder.pending >= KEPT_MAX) {
    o.log.error(
      { did: touch.did, message: touch.messageId },
      'not recorded: the database is away, and too much is kept already',
    );
    return undefined;
  }
  try {
    return await o.recorder.add(touch);
  } catch (error) {
    o.log.error({ err: error, did: touch.did, message: touch.messageId }, 'what a reader did could not be recorded');
    return undefined;
  }
}

/** What it comes to, or undefined when that takes longer than a reader should wait. */
export async function durable<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const result = await Promise.race([work, late]);
  clearTimeout(timer);
  return result;
}
