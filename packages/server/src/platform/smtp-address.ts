import { isIP } from 'node:net';

const HOW = 'expected smtp://user:password@host:port';

interface Kind {
  takes(text: string): boolean;
  what: string;
}

const ms: Kind = { takes: (text) => /^[1-9]\d{0,8}$/.test(text), what: 'milliseconds, such as 30000' };
const flag: Kind = { takes: (text) => text === 'true' || text === 'false', what: 'true or false' };
const version: Kind = { takes: (text) => /^TLSv1(\.[123])?$/.test(text), what: 'TLSv1.2 or its like' };
const name: Kind = { takes: (text) => /^[\x21-\x7e]+$/.test(text), what: 'a name' };
const address: Kind = { takes: (text) => isIP(text) !== 0, what: 'an IP address' };

/** The options behind an address that mean something for one connection, as nodemailer names them. */
const options: Readonly<Record<string, Kind>> = {
  connectionTimeout: ms,
  greetingTimeout: ms,
  socketTimeout: ms,
  dnsTimeout: ms,
  ignoreTLS: flag,
  requireTLS: flag,
  opportunisticTLS: flag,
  'tls.rejectUnauthorized': flag,
  'tls.minVersion': version,
  'tls.maxVersion': version,
  'tls.servername': name,
  servername: name,
  name,
  authMethod: name,
  localAddress: address,
};

/** What is wrong with the address of a mail server, without its password; undefined where nothing is. */
export function smtpAddressProblem(text: string): string | undefined {
  if (!/^smtps?:\/\/[^/?#]/i.test(text) || !URL.canParse(text)) return HOW;
  const url = new URL(text);
  if (url.hostname === '' || url.port === '0') return HOW;
  for (const [given, value] of url.searchParams) {
    const option = Object.hasOwn(options, given) ? options[given] : undefined;
    if (!option) return `there is no option ${JSON.stringify(given)}: there are ${Object.keys(options).join(', ')}`;
    if (!option.takes(value)) return `${given}: expected ${option.what}`;
  }
  return undefined;
}
