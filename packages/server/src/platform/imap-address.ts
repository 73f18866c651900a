/** A mailbox on an IMAP server, and how to get in. */
export interface ImapAddress {
  /** How it is told of: without the password. */
  name: string;
  host: string;
  port: number;
  /** TLS from the first byte; otherwise it is begun where the server offers it. */
  secure: boolean;
  user: string;
  password: string;
  folder: string;
}

/** `imaps://user:password@host:port/folder`, each part with `%40` for `@` and so on; undefined where it is none. */
export function imapAddressFrom(text: string): ImapAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const secure = url.protocol === 'imaps:';
  if ((!secure && url.protocol !== 'imap:') || url.hostname === '' || url.username === '' || url.password === '')
    return undefined;
  try {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = url.port === '' ? (secure ? 993 : 143) : Number(url.port);
    const user = decodeURIComponent(url.username);
    const folder = decodeURIComponent(url.pathname.slice(1)) || 'INBOX';
    const name = `${user} at ${url.hostname}:${port}/${folder}`;
    return { name, host, port, secure, user, password: decodeURIComponent(url.password), folder };
  } catch {
    // A percent sign that begins nothing.
    return undefined;
  }
}
