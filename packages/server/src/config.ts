import { resolve } from 'node:path';
import { z } from 'zod';

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
  logLevel: string;
}

const origin = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

const environment = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected postgres://user:password@host:port/database' })
    .optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number('expected a number').int().min(0).max(65535).default(8080),
  PUBLIC_URL: origin.optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'expected smtp://user:password@host:port' }).optional(),
  MAIL_FROM: z
    .string()
    .default('Tributary <hello@tributary.localhost>')
    .transform((text, context) => {
      const from = mailbox(text);
      if (!from) context.addIssue('expected an address such as "Your team <hello@example.com>"');
      return from ?? z.NEVER;
    }),
  MAIL_WHEN_UNCERTAIN: z.enum(['resend', 'hold']).default('resend'),
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
    logLevel: c.LOG_LEVEL,
  };
}

function mailbox(text: string): { name: string; email: string } | undefined {
  const match = /^\s*(?:"?([^"<]*?)"?\s*<)?\s*([^\s<>@]+@[^\s<>@]+)\s*>?\s*$/.exec(text);
  return match ? { name: match[1] ?? '', email: match[2]! } : undefined;
}
