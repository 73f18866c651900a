import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type ImapAddress, imapAddressFrom } from './platform/imap-address.ts';
import { type Rate, ratesFrom } from './platform/rate.ts';
import { smtpAddressProblem } from './platform/smtp-address.ts';

/** How this process runs. Boot matters only: what an operator changes while it runs is in the database. */
export interface Config {
  /** The folder of the embedded database, unless `databaseUrl` names a server of your own. */
  dataDir: string;
  databaseUrl: string | undefined;
  host: string;
  port: number;
  /** As links in e-mails and webhooks reach us, without a slash at the end; undefined: the address we listen on. */
  publicUrl: string | undefined;
  /** Where mail goes; undefined: the built-in mailbox. */
  smtpUrl: string | undefined;
  from: { name: string; email: string };
  /** What becomes of mail whose SMTP answer was lost: sent again under the same Message-ID, or held for a person. */
  whenUncertain: 'resend' | 'hold';
  /** Mailboxes that answers come to, which are watched. */
  replyMailboxes: readonly ImapAddress[];
  /** How many requests are taken; nothing is refused unless it is set. */
  limits: {
    perKey: readonly Rate[];
    perAddress: readonly Rate[];
    badRequests: readonly Rate[];
    badKeys: readonly Rate[];
  };
  /** Activities of a kind that the API takes for a person and a day. */
  activitiesPerDay: number | undefined;
  /** Addresses and networks of proxies in front, which say whose request they bring. */
  proxies: readonly string[];
  /** What `kommo connect` and `ortto connect` take where their options do not say: who lists processes sees options. */
  kommoToken: string | undefined;
  orttoKey: string | undefined;
  logLevel: string;
  /** What runs is a command that only looks: it leaves the database at the version it has. */
  looks?: boolean;
}

/** Links are made by writing a path behind it, into mails and pages. */
const PLACE = /^https?:\/\/[\w.:[\]-]+(\/[\w.~%/-]*)?$/i;
const origin = z
  .string()
  .refine((text) => PLACE.test(text) && URL.canParse(text), {
    error: 'expected https://host, without a login, a question mark or a #; a host outside ASCII as xn--…',
  })
  .transform((url) => url.replace(/\/+$/, ''));

const rates = z
  .string()
  .optional()
  .transform((text, context) => {
    const read = text === undefined ? [] : ratesFrom(text);
    if (!read) context.addIssue('expected requests/seconds, or several of them: 30/1 or 2000/10,6000/60');
    return read ?? z.NEVER;
  });

const environment = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected postgres://user:password@host:port/database' })
    .optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number('expected a number').int().min(0).max(65535).default(8080),
  PUBLIC_URL: origin.optional(),
  SMTP_URL: z
    .string()
    .optional()
    .superRefine((text, context) => {
      const problem = text === undefined ? undefined : smtpAddressProblem(text);
      if (problem) context.addIssue(problem);
    }),
  MAIL_FROM: z
    .string()
    .default('Tributary <hello@tributary.localhost>')
    .transform((text, context) => {
      const from = mailbox(text);
      if (!from) context.addIssue('expected an address such as "Your team <hello@example.com>"');
      return from ?? z.NEVER;
    }),
  MAIL_WHEN_UNCERTAIN: z.enum(['resend', 'hold']).default('resend'),
  REPLIES_IMAP_URL: z
    .string()
    .default('')
    .transform((text, context) => {
      const found = text.split(/\s+/).filter(Boolean).map(imapAddressFrom);
      const addresses = found.flatMap((one) => one ?? []);
      // Not what was given: there is a password in it.
      if (addresses.length < found.length)
        context.addIssue(
          'expected imaps://user:password@host/folder, or several with spaces between; an @ in user or password is %40',
        );
      return addresses;
    }),
  LIMIT_PER_KEY: rates,
  LIMIT_PER_ADDRESS: rates,
  LIMIT_BAD_REQUESTS: rates,
  LIMIT_BAD_KEYS: rates,
  LIMIT_ACTIVITIES_PER_DAY: z.coerce.number('expected a number').int().min(1).max(1_000_000).optional(),
  TRUST_PROXY: z
    .string()
    .default('')
    .transform((text, context) => {
      const proxies = text.split(/[\s,]+/).filter(Boolean);
      const wrong = proxies.filter((one) => !isNetwork(one));
      if (wrong.length > 0)
        context.addIssue(`${wrong.join(', ')}: expected addresses or networks: 127.0.0.1, 10.0.0.0/8, loopback`);
      return proxies;
    }),
  KOMMO_TOKEN: z.string().optional(),
  ORTTO_KEY: z.string().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the environment, once, with the command line's options over it. Throws
 * one `ConfigError` that names every setting that is wrong, not only the first.
 */
export function readConfig(env: NodeJS.ProcessEnv, options: { data?: string; port?: string } = {}): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse({
    ...given,
    ...(options.data === undefined ? {} : { DATA_DIR: options.data }),
    ...(options.port === undefined ? {} : { PORT: options.port }),
  });
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`the configuration is wrong:\n${problems.join('\n')}`);
  }
  const c = parsed.data;
  return {
    dataDir: resolve(c.DATA_DIR),
    // An explicit folder on the command line outdoes a server in the environment.
    databaseUrl: options.data === undefined ? c.DATABASE_URL : undefined,
    host: c.HOST,
    port: c.PORT,
    publicUrl: c.PUBLIC_URL,
    smtpUrl: c.SMTP_URL,
    from: c.MAIL_FROM,
    whenUncertain: c.MAIL_WHEN_UNCERTAIN,
    replyMailboxes: c.REPLIES_IMAP_URL,
    limits: {
      perKey: c.LIMIT_PER_KEY,
      perAddress: c.LIMIT_PER_ADDRESS,
      badRequests: c.LIMIT_BAD_REQUESTS,
      badKeys: c.LIMIT_BAD_KEYS,
    },
    activitiesPerDay: c.LIMIT_ACTIVITIES_PER_DAY,
    proxies: c.TRUST_PROXY,
    kommoToken: c.KOMMO_TOKEN,
    orttoKey: c.ORTTO_KEY,
    logLevel: c.LOG_LEVEL,
  };
}

function mailbox(text: string): { name: string; email: string } | undefined {
  // Headers are lines.
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return undefined;
  const match = /^\s*(?:"?([^"<]*?)"?\s*<)?\s*([^\s<>@]+@[^\s<>@]+)\s*>?\s*$/.exec(text);
  return match ? { name: match[1] ?? '', email: match[2]! } : undefined;
}

/** An address, a network, or one of the names that the HTTP server has for those of every machine. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || more.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128))
  );
}
