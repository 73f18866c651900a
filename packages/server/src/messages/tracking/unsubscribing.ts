import type { FastifyInstance, FastifyReply } from 'fastify';
import { messageOf } from '../../platform/errors.ts';
import { pageHeaders } from '../../platform/page.ts';
import { notSavedPage, notYetPage, unsubscribedPage, unsubscribePage } from './pages.ts';
import { preferencePage } from './preference-page.ts';
import { type Found, type Wish, wishesIn } from './preferences.ts';
import type { Claim } from './token.ts';
import { claimIn, durable, readerWaits, record, type TrackingOptions, touchOf } from './touching.ts';
import { unknownLink } from './unknown.ts';

const UNSUBSCRIBE_WAITS_MS = 8000;
/** A page with some hundreds of topics. */
const BODY_MAX = 50_000;

/** Unsubscribing: from everything, by the page or with one click; from topics, by the page. The signed link is the permission. */
export function unsubscribeRoutes(scope: FastifyInstance, o: TrackingOptions): void {
  scope.get<{ Params: { '*': string } }>('/u/*', async (request, reply) => {
    const claim = await claimIn(o, request.params['*'], 'unsubscribe');
    if (!claim) return unknownLink(request, reply);
    const found = await lookedUp(o, claim, readerWaits(o));
    if (found?.is === 'unknown') return unknownLink(request, reply);
    return shown(o, reply, found);
  });

  // One click comes as a form or as multipart (RFC 8058 3.2): whatever it is, it is short, and read as text.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_MAX }, (_request, body, done) =>
    done(null, body),
  );

  scope.post<{ Params: { '*': string }; Body: string | undefined }>('/u/*', async (request, reply) => {
    const claim = await claimIn(o, request.params['*'], 'unsubscribe');
    if (!claim) return unknownLink(request, reply);
    const form = new URLSearchParams(request.body ?? '');
    const from = form.get('from');
    if (from === 'topics') {
      const found = await lookedUp(o, claim, UNSUBSCRIBE_WAITS_MS);
      if (found?.is === 'unknown') return unknownLink(request, reply);
      if (found?.is !== 'reader') return found ? shown(o, reply, found) : notSaved(reply, form);
      const wishes = wishesIn(form, found.topics);
      if (!(await saved(o, found, wishes))) return notSaved(reply, form);
      return shown(o, reply, await lookedUp(o, claim, UNSUBSCRIBE_WAITS_MS), wishes);
    }
    const fromPage = from === 'page';
    const context = fromPage ? 'Unsubscribe page' : 'One-click unsubscribe';
    const written = await durable(record(o, { ...touchOf(o, request, claim), context }), UNSUBSCRIBE_WAITS_MS);
    if (written === 'unknown') return unknownLink(request, reply);
    if (!written) {
      reply.code(503).header('retry-after', '60');
      return fromPage ? reply.headers(pageHeaders).send(notYetPage()) : reply.send('not saved yet: try again\n');
    }
    if (!fromPage) return reply.send('unsubscribed\n');
    const found = await lookedUp(o, claim, readerWaits(o));
    return reply.headers(pageHeaders).send(unsubscribedPage(senderOf(o, found)));
  });
}

/** What there is to choose of; undefined where that can not be found out: everything can be left all the same. */
function lookedUp(o: TrackingOptions, claim: Claim, ms: number): Promise<Found | undefined> {
  const looked = o.preferences.find(claim).catch((error: unknown) => {
    o.log.warn({ why: messageOf(error), message: claim.messageId }, 'the topics of a reader could not be looked up');
    return undefined;
  });
  return durable(looked, ms);
}

/** How the mail they came from names its sender. */
const senderOf = (o: TrackingOptions, found: Found | undefined): string =>
  (found && 'sender' in found && found.sender) || o.sender;

function shown(
  o: TrackingOptions,
  reply: FastifyReply,
  found: Found | undefined,
  changed?: readonly Wish[],
): FastifyReply {
  reply.headers(pageHeaders);
  if (found?.is === 'gone') return reply.send(unsubscribedPage(senderOf(o, found)));
  if (found?.is === 'reader' && found.topics.length > 0)
    return reply.send(preferencePage(senderOf(o, found), found.topics, changed));
  return reply.send(unsubscribePage(senderOf(o, found)));
}

/** Whether what they wish of topics is durable. */
async function saved(o: TrackingOptions, found: Found & { is: 'reader' }, wishes: readonly Wish[]): Promise<boolean> {
  const saving = o.preferences.save(found, wishes).then(
    () => true,
    (error: unknown) => {
      o.log.error({ err: error, message: found.message.id }, 'what a reader wishes of topics could not be saved');
      return false;
    },
  );
  return (await durable(saving, UNSUBSCRIBE_WAITS_MS)) ?? false;
}

function notSaved(reply: FastifyReply, form: URLSearchParams): FastifyReply {
  return reply
    .code(503)
    .headers({ ...pageHeaders, 'retry-after': '60' })
    .send(notSavedPage(form));
}
