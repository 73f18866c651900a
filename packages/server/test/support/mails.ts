/** A mail as it comes in, with the line ends of the wire. */
export function mailOf(
  head: Readonly<Record<string, string | readonly string[]>>,
  body = 'Yes, Thursday is fine.\n',
): Buffer {
  const lines = Object.entries(head).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one}`),
  );
  return Buffer.from(`${lines.join('\n')}\n\n${body}`.replace(/\r?\n/g, '\r\n'));
}

let mails = 0;

/** An answer as a mail program writes it. */
export function answerTo(messageId: string, more: Readonly<Record<string, string | readonly string[]>> = {}): Buffer {
  return mailOf({
    From: 'Anna Petrova <anna@example.com>',
    To: 'sales@acme.example',
    Subject: 'Re: Hello Anna',
    'Message-ID': `<answer-${++mails}@mail.example>`,
    'In-Reply-To': messageId,
    References: messageId,
    ...more,
  });
}

/** What a mail server writes that could not deliver a mail, or not yet. */
export function reportOf(
  messageId: string,
  o: { action?: string; status?: string; diagnostic?: string; original?: string } = {},
): Buffer {
  const { action = 'failed', status = '5.1.1', original = 'message/rfc822' } = o;
  const { diagnostic = 'smtp; 550 5.1.1 <anna@example.com>: Recipient address\n    rejected: User unknown' } = o;
  return mailOf(
    {
      'Return-Path': '<>',
      From: 'Mail Delivery System <MAILER-DAEMON@mx.example>',
      To: 'sales@acme.example',
      Subject: 'Undelivered Mail Returned to Sender',
      'Message-ID': `<report-${++mails}@mx.example>`,
      'Auto-Submitted': 'auto-replied',
      'MIME-Version': '1.0',
      'Content-Type': 'multipart/report; report-type=delivery-status;\n\tboundary="b/1"',
    },
    `This is the mail system at host mx.example.

--b/1
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--b/1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 3 Nov 2026 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; anna@example.com
Original-Recipient: rfc822;anna@example.com
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.example.com
Diagnostic-Code: ${diagnostic}

--b/1
Content-Description: Undelivered Message
Content-Type: ${original}

From: "Acme Sales" <sales@acme.example>
To: anna@example.com
Subject: Hello Anna
Message-ID: ${messageId}
Date: Tue, 3 Nov 2026 10:00:00 +0000

Hi
--b/1--
`,
  );
}

/** What a provider passes on of whoever calls a mail spam. */
export function feedbackOf(messageId: string, o: { type?: string; original?: string } = {}): Buffer {
  const { type = 'abuse', original = 'message/rfc822' } = o;
  return mailOf(
    {
      From: 'Feedback loop <fbl@mail.example>',
      To: 'sales@acme.example',
      Subject: 'Email feedback report',
      'Message-ID': `<feedback-${++mails}@mail.example>`,
      'MIME-Version': '1.0',
      'Content-Type': 'multipart/report; report-type=feedback-report;\n\tboundary="b/1"',
    },
    `--b/1
Content-Type: text/plain; charset=us-ascii

This is an email abuse report for a message that came from your address.

--b/1
Content-Type: message/feedback-report

Feedback-Type: ${type}
User-Agent: ExampleFBL/1.0
Version: 1
Original-Rcpt-To: <anna@example.com>

--b/1
Content-Type: ${original}

From: "Acme Sales" <sales@acme.example>
To: anna@example.com
Subject: Hello Anna
Message-ID: ${messageId}

Hi
--b/1--
`,
  );
}
