import { elsewhere, sometimes } from '../openapi-example.ts';
import type { OwnCalls } from './openapi-call.ts';

const tag = 'Mail that comes in';

const MAIL = `From: Anna Petrova <anna@example.com>
To: sales@acme.example
Subject: Re: How did the first call go?
Message-ID: <CAF1@mail.example.com>
In-Reply-To: <5069236bf100000000000100.9f2c6d0a41b7e85d3c1f0a26@acme.example>

Very well, thank you. Can we talk on Thursday?
`;

/** Mail that comes in, for the description of the API. */
export const receivedCalls: OwnCalls = {
  '/api/messages/received': {
    post: {
      tag,
      operationId: 'receiveMail',
      summary: 'Take in a mail',
      description:
        'The mail as it came (RFC 5322), of up to 25 MB. `taken_for` says what it was: `reply` (somebody answered a message: ' +
        '“Replied to email” is on their timeline), `bounce` (a mail server gave a message up), `complaint` (whoever ' +
        'got it calls it spam, and is unsubscribed: “Abuse reported” is on their timeline), `automatic` (a program ' +
        'answered, and `why` it is taken for one), `ours` (somebody of the sender’s domain went on writing), `report` (a ' +
        'mail server told something that changes nothing), or `unrelated` (it names none of our messages; nothing of it is ' +
        'kept). Sent again, the same mail is recorded once: `recorded` is then `before`, or `nobody` where the person is gone.',
      file: MAIL,
      fileType: 'message/rfc822',
      answer: {
        taken_for: 'reply',
        recorded: sometimes('now'),
        why: elsewhere('it says so: Auto-Submitted: auto-replied'),
        message_id: sometimes('5069236bf100000000000100'),
        person_id: sometimes('0069236bf1c03b2a8d4e1f00'),
      },
      refusals: {
        400: 'this is no mail: there is no header field at its beginning',
        413: 'a mail may have 25 MB',
        415: 'the body is application/json: send the mail as it came, as message/rfc822',
      },
    },
  },
};
