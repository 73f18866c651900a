import { Readable } from 'node:stream';
import { publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { Messages, Received } from '../../messages/index.ts';
import { UserError } from '../../platform/errors.ts';
import type { Called } from '../ortto/call.ts';

/** A mail as it came has one of these; providers that do not know better say the others. */
const MAIL_TYPES = ['message/rfc822', 'message/global', 'text/plain', 'application/octet-stream'];

/** `POST /api/messages/received`: a mail that came in, as it came. */
export function receivedRoutes(app: FastifyInstance, o: { messages: Messages }): void {
  app.register(async (mails) => {
    mails.removeAllContentTypeParsers();
    mails.addContentTypeParser(MAIL_TYPES, (_request, payload, done) => done(null, payload));
    mails.addContentTypeParser('*', (request, _payload, done) => {
      const type = request.headers['content-type'];
      done(new UserError('mail_type', `the body is ${type}: send the mail as it came, as message/rfc822`, 415));
    });
    mails.post('/messages/received', { config: { streams: true } }, async (request: Called) => {
      const { body } = request;
      if (!(body instanceof Readable))
        throw new UserError('mail_empty', 'there is no mail: send it as the body, as it came');
      try {
        const source = body.iterator({ destroyOnReturn: false });
        return receivedView(await o.messages.receive(request.workspaceId, source));
      } finally {
        // Where it is refused before its end: whoever sends sees the answer once they have sent it all.
        body.resume();
      }
    });
  });
}

function receivedView(received: Received): object {
  if (received.as === 'unrelated') return { taken_for: received.as };
  const { as, messageId, personId, ...more } = received;
  return {
    taken_for: as,
    ...more,
    message_id: publicId(messageId, 'message'),
    person_id: publicId(personId),
  };
}
