import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { messageOf } from '../../platform/errors.ts';

export interface LineSettings {
  options: SMTPConnection.Options;
  auth: { user: string; pass: string } | undefined;
  /** For a connection that mails can be sent on, from the greeting to the login. */
  openMs: number;
  /** For the answers up to the go-ahead for the message itself. */
  answerMs: number;
  /**
   * For the answer to the message. Ten minutes (RFC 5321 4.5.3.2.6): who gives
   * up sooner sends mails twice that a slow server had taken.
   */
  acceptMs: number;
}

export interface Envelope {
  from: string;
  to: string;
}

/** What became of one mail on one connection. `lost`: the connection broke before any of the mail was handed over. */
export type LineOutcome =
  | { did: 'sent'; response: string }
  | { did: 'refused'; code: number | undefined; response: string; command: string | undefined }
  | { did: 'lost'; why: string }
  | { did: 'uncertain'; why: string };

/** One connection to an SMTP server, one mail at a time. */
export interface Line {
  /** How many mails it has been given. */
  readonly used: number;
  readonly closed: boolean;
  send(envelope: Envelope, message: Buffer): Promise<LineOutcome>;
  /** Says goodbye. */
  close(): void;
}

interface SmtpError extends Error {
  code?: string | undefined;
  response?: string | undefined;
  responseCode?: number | undefined;
  command?: string | undefined;
}

/** Connects and logs in. Rejects where either fails; `onClosed` is called once the connection has ended, however. */
export function openLine(settings: LineSettings, onClosed: () => void): Promise<Line> {
  const connection = new SMTPConnection(settings.options);
  return new Promise((resolve, reject) => {
    let open = false;
    // The greeting has its own limit, and every word of a session has one; the words between the two have none.
    const late = setTimeout(() => failed(new Error('no answer to the greeting or the login in time')), settings.openMs);
    const failed = (error: unknown): void => {
      clearTimeout(late);
      if (!open) reject(new Error(messageOf(error)));
      connection.close();
    };
    // Stays for the connection's life: an idle one that the server drops is an event, not an error.
    connection.on('error', failed);
    connection.once('end', () => {
      clearTimeout(late);
      if (open) onClosed();
      else reject(new Error('the connection was closed'));
    });
    const ready = (): void => {
      clearTimeout(late);
      open = true;
      resolve(createLine(connection, settings));
    };
    connection.connect((error) => {
      if (error) failed(error);
      else if (!settings.auth || !connection.allowsAuth) ready();
      else connection.login({ ...settings.auth, credentials: settings.auth }, (no) => (no ? failed(no) : ready()));
    });
  });
}

function createLine(connection: SMTPConnection, settings: LineSettings): Line {
  let used = 0;
  return {
    get used() {
      return used;
    },
    get closed() {
      return connection.destroyed;
    },
    send(envelope, message) {
      used += 1;
      return sendOn(connection, settings, envelope, message);
    },
    close: () => connection.quit(),
  };
}

function sendOn(
  connection: SMTPConnection,
  { answerMs, acceptMs }: LineSettings,
  envelope: Envelope,
  message: Buffer,
): Promise<LineOutcome> {
  return new Promise((resolve) => {
    let handed = false;
    let timer = setTimeout(() => broken('no answer in time'), answerMs);
    const finish = (outcome: LineOutcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const broken = (why: string): void => {
      connection.close();
      finish(handed ? { did: 'uncertain', why } : { did: 'lost', why });
    };
    const body = new Readable({
      // Read for the first time once the server has said "354, go ahead".
      read() {
        handed = true;
        clearTimeout(timer);
        timer = setTimeout(() => broken('no answer to the message in time'), acceptMs);
        this.push(message);
        this.push(null);
      },
    });
    connection.send({ ...envelope, size: message.length }, body, (error: SmtpError | null, info) => {
      if (!error) return finish({ did: 'sent', response: info?.response ?? '' });
      const { responseCode, response = '', command } = error;
      const isAnswer = responseCode !== undefined && responseCode >= 400;
      if (!isAnswer && !isOurs(error)) return broken(error.message);
      const refused = { did: 'refused', code: responseCode, response: response || error.message, command } as const;
      // 421: the server is about to hang up (RFC 5321 4.2).
      if (responseCode === 421 || connection.destroyed) {
        connection.close();
        return finish(refused);
      }
      // The session is fine, only this mail was not wanted: clear the table for the next.
      clearTimeout(timer);
      timer = setTimeout(() => connection.close(), answerMs);
      const cleared = (): void => {
        connection.off('end', cleared);
        finish(refused);
      };
      connection.on('end', cleared);
      connection.reset((failure) => {
        if (failure) connection.close();
        cleared();
      });
    });
  });
}

/** Found wrong on our side before anything was said to the server: an address it could not take, a mail too large. */
function isOurs(error: SmtpError): boolean {
  return (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') && error.responseCode === undefined;
}
