/**
 * Whose fault a refusal is: the recipient's address, this mail (`us`), or the channel, which is our account, our address
 * or our right to send at all: every other mail would fare the same.
 */
export type Blame = 'recipient' | 'us' | 'channel';

/** An SMTP server's no: the reply, and the command it was given for. */
export interface Refusal {
  code: number | undefined;
  response: string;
  command: string | undefined;
}

/** Words by which servers say that it is the sender they do not want, where the code alone does not tell. */
const ABOUT_US =
  /block|spam|polic|reputation|\brbl\b|dnsbl|spf|dkim|dmarc|relay|authenticat|\bdenied|not allowed|rate|throttl|sender|reverse dns|\bptr\b/i;

/** Words by which servers say that they want nothing from our address at all, whatever the mail and whoever it is for. */
const BLOCKED =
  /\brbl\b|dnsbl|spamhaus|black ?list|block ?list|\bip\b.*\bblock|\bblock.*\bip\b|client host|reputation|reverse dns|\bptr\b|\bbanned\b/i;

/** Refusals that somebody has to put right in our set-up, and can: worth waiting for. */
const SET_UP = /relay|authenticat|auth required|must issue|starttls|\blog ?in\b|sender/i;

/**
 * Whether a refusal is for good, and whose fault it is. Marking a person as
 * bounced stops all mail to them, so the recipient is blamed only where the
 * reply says so: by its enhanced code (RFC 3463: 5.1.x the address, 5.2.1 the
 * mailbox, 5.4.x no route to the domain), or, without one, by 550, 551, 553 or
 * 556 to RCPT TO in words that do not speak of us. A full mailbox (5.2.2, 552)
 * will be emptied one day: it is not for good.
 */
export function judge(refusal: Refusal): { forGood: boolean; about: Blame } {
  const { code, response, command } = refusal;
  if (code === undefined) return { forGood: false, about: 'us' };
  const enhanced = /^\d{3}[ -]+\d\.(\d{1,3})\.(\d{1,3})\b/.exec(response);
  const [subject, detail] = enhanced ? [Number(enhanced[1]), Number(enhanced[2])] : [];
  const about = whose(code, subject, detail, command, response);
  if (code < 500 || code === 503) return { forGood: false, about };
  if (about === 'recipient') return { forGood: !isFullMailbox(code, subject, detail), about };
  if (code === 530 || code === 535 || SET_UP.test(response) || BLOCKED.test(response)) {
    return { forGood: false, about: 'channel' };
  }
  if (isTooLarge(code, subject, detail)) return { forGood: true, about };
  const waitsForUs = command !== 'RCPT TO' && command !== 'DATA';
  return { forGood: !waitsForUs, about };
}

function whose(
  code: number,
  subject: number | undefined,
  detail: number | undefined,
  command: string | undefined,
  response: string,
): 'recipient' | 'us' {
  if (subject === 1) return detail === 7 || detail === 8 ? 'us' : 'recipient';
  if (subject === 2) return detail === 3 ? 'us' : 'recipient';
  // Their server is away or unknown, but for what breaks off between ours and us.
  if (subject === 4 && (code >= 500 || detail !== 2)) return 'recipient';
  if (subject !== undefined && subject !== 0) return 'us';
  if (command !== 'RCPT TO') return 'us';
  if (code < 500) return 'recipient';
  return [550, 551, 552, 553, 556].includes(code) && !ABOUT_US.test(response) ? 'recipient' : 'us';
}

function isFullMailbox(code: number, subject: number | undefined, detail: number | undefined): boolean {
  return subject === undefined ? code === 552 : subject === 2 && detail === 2;
}

/** Told in answer to the size that we announce (RFC 1870 6.1); it does not become less. */
function isTooLarge(code: number, subject: number | undefined, detail: number | undefined): boolean {
  return subject === undefined ? code === 552 : subject === 3 && detail === 4;
}
