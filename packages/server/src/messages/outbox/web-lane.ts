import { createHash } from 'node:crypto';
import { publicId } from '@tributary/model';
import type { Person } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { judgeAnswer } from '../channels/answer.ts';
import { signedHeaders } from '../channels/signature.ts';
import type { WebChannel, WebOutcome, WebRequest } from '../channels/web.ts';
import { journeyPayload, renderWebhook } from '../render/webhook.ts';
import { whyNotMade } from '../why-not-made.ts';
import { createGate, type Gate } from './gate.ts';
import type { Lane } from './lane.ts';
import type { Loaded } from './prepare.ts';
import type { Result } from './settle.ts';

/**
 * Requests to other servers. A server that does not answer, three times in a row, gets one look a minute at most, and
 * what is for it waits: it does not take the places of requests to others.
 */
export function webLane(o: { channel: WebChannel; clock: Clock; log: Log }): Lane {
  const { channel, clock, log } = o;
  /** Of servers that are in trouble. */
  const gates = new Map<string, Gate>();

  const troubled = (origin: string): Gate => {
    const known = gates.get(origin);
    if (known) return known;
    const words = {
      away: `${origin} can not be reached: webhooks wait`,
      refuses: `${origin} does not answer: webhooks wait`,
      back: `${origin} is there again`,
    };
    const gate = createGate(clock, log, words);
    gates.set(origin, gate);
    return gate;
  };

  const send = (request: WebRequest, message: string): Promise<WebOutcome> =>
    channel.send(request).catch((error: unknown): WebOutcome => {
      log.error({ err: error, message }, 'a channel failed where it should have said what happened');
      return { did: 'uncertain', why: messageOf(error) };
    });

  return {
    name: 'web',
    capacity: channel.capacity,
    closedUntil: () => undefined,
    doubtful: false,
    async deliver(loaded): Promise<Result> {
      const { message } = loaded;
      let request: WebRequest;
      try {
        request = webhookRequest(loaded, loaded.person!, clock.now());
      } catch (error) {
        return { did: 'fail', reason: whyNotMade('webhook', error) };
      }
      const { origin } = new URL(request.url);
      const gate = gates.get(origin);
      const until = gate?.closedUntil();
      if (gate && until) return { did: 'hold', until, reason: `${origin} does not answer: ${gate.state().why}` };
      const outcome = await send(request, message.id);
      const about = { address: `${request.method} ${origin}`, subject: null };
      if (outcome.did === 'answered') {
        gates.get(origin)?.worked();
        gates.delete(origin);
        return { about: 'us', ...judgeAnswer(outcome, clock.now()), ...about } as Result;
      }
      troubled(origin).refused(outcome.why);
      if (outcome.did === 'uncertain') return { ...outcome, ...about };
      return { did: 'refused', forGood: false, about: 'us', response: outcome.why, ...about };
    },
  };
}

/** The request that a message is: with what makes it one delivery however often it is sent, and ours. */
function webhookRequest(loaded: Loaded, person: Person, now: Date): WebRequest {
  const { message, made, secret, types } = loaded;
  if (made.channel !== 'webhook') throw new Error(`${made.channel} is not made into a request`);
  const { webhook } = made;
  if ('broken' in webhook) throw new Error(webhook.broken);
  const id = publicId(message.id, 'message');
  const { entryActivityId, entry } = message;
  const subject = { person, entryActivityId: entryActivityId ?? undefined, entry, now };
  const { url } = webhook.content;
  const request = renderWebhook(webhook, subject, types, () =>
    journeyPayload(webhook, {
      id,
      time: message.queuedAt,
      personId: publicId(person.id),
      person: person.fields,
      attributes: message.attributes,
      webhookId: createHash('sha256').update(`${message.workspaceId} ${url}`).digest('hex').slice(0, 24),
    }),
  );
  const own = { 'Idempotency-Key': id, ...signedHeaders(secret, { id, at: now, body: request.body }) };
  return { ...request, headers: { ...request.headers, ...own } };
}
