import { messageOf } from '../errors.ts';

/** What is wrong with a database that can not be used, and what to do. */
export interface Trouble {
  problem: string;
  advice: string;
}

/** Where a connection goes, as messages name it. */
export interface Where {
  /** `host:port`, or the socket. */
  server: string;
  user: string;
  database: string;
}

const START = 'check that PostgreSQL runs there, and host and port in DATABASE_URL';
const WALL = `${START}; a firewall may stand between`;

/** By what the driver, the system or PostgreSQL says, `code message`; the first that fits. */
const troubles: readonly { says: RegExp; told: (where: Where & { said: string }) => Trouble }[] = [
  {
    // Before the code it comes with, which says only that nobody is let in.
    says: /no encryption|SSL off|(ssl|tls)[^.]* required|requires? (ssl|tls)|insecure/i,
    told: ({ server, said }) => ({
      problem: `the PostgreSQL at ${server} takes only encrypted connections (it says: ${said})`,
      advice: 'add ?sslmode=verify-full to DATABASE_URL, with &sslrootcert=FILE where its authority is your own',
    }),
  },
  {
    says: /does not support SSL/,
    told: ({ server }) => ({
      problem: `the PostgreSQL at ${server} does not encrypt, and DATABASE_URL asks for it`,
      advice: 'take sslmode out of DATABASE_URL, or switch ssl on at the server',
    }),
  },
  {
    says: /^(\w*CERT\w*|UNABLE_TO_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO) /,
    told: ({ server, said }) => ({
      problem: `the certificate of the PostgreSQL at ${server} can not be trusted (${said})`,
      advice:
        'name the file of its authority with &sslrootcert=FILE in DATABASE_URL, and the host as the certificate has it; or sslmode=no-verify, which encrypts and trusts anybody',
    }),
  },
  {
    says: /client password must be a string/,
    told: ({ server }) => ({
      problem: `the PostgreSQL at ${server} wants a password, and DATABASE_URL has none`,
      advice: 'write it as postgres://user:password@host:port/database',
    }),
  },
  { says: /^ECONNREFUSED /, told: ({ server }) => ({ problem: `nothing listens at ${server}`, advice: START }) },
  { says: /^ENOENT /, told: ({ server }) => ({ problem: `there is no socket ${server}`, advice: START }) },
  {
    says: /^EACCES /,
    told: ({ server }) => ({ problem: `this user may not open ${server}`, advice: 'start as a user who may' }),
  },
  {
    says: /^ENOTFOUND /,
    told: ({ server }) => ({
      problem: `there is no host of the name in ${server}`,
      advice: 'check the host in DATABASE_URL',
    }),
  },
  {
    says: /^EAI_AGAIN /,
    told: ({ server }) => ({
      problem: `the name of the host in ${server} can not be looked up`,
      advice: 'check the host in DATABASE_URL, and the name server of this machine',
    }),
  },
  {
    says: /^(EHOSTUNREACH|ENETUNREACH) /,
    told: ({ server }) => ({
      problem: `there is no way to ${server}`,
      advice: 'check the host in DATABASE_URL, and the network',
    }),
  },
  {
    says: /^ETIMEDOUT |timeout expired|timeout exceeded|connection timeout|read timeout/,
    told: ({ server }) => ({ problem: `${server} does not answer`, advice: WALL }),
  },
  {
    says: /^(ECONNRESET|EPIPE) |Connection terminated/,
    told: ({ server }) => ({
      problem: `${server} closed the connection without a word`,
      advice: 'check the port in DATABASE_URL: what listens there may be no PostgreSQL; or a firewall stands between',
    }),
  },
  {
    says: /^28P01 /,
    told: ({ server, user }) => ({
      problem: `the PostgreSQL at ${server} does not take the password of "${user}"`,
      advice:
        'check user and password in DATABASE_URL; in a password, characters such as @ : / # are written %40 %3A %2F %23',
    }),
  },
  {
    says: /^28000 /,
    told: ({ server, user, said }) => ({
      problem: `the PostgreSQL at ${server} does not let "${user}" in (it says: ${said})`,
      advice: 'check the user in DATABASE_URL, and pg_hba.conf at the server',
    }),
  },
  {
    says: /^3D000 /,
    told: ({ server, user, database }) => ({
      problem: `the PostgreSQL at ${server} has no database "${database}"`,
      advice: `make it, as an administrator: create database "${database}" owner "${user}"; or name another in DATABASE_URL`,
    }),
  },
  {
    says: /^42501 /,
    told: ({ server, user, database }) => ({
      problem: `"${user}" may not connect to the database "${database}" at ${server}`,
      advice: `allow it, as an administrator: grant connect on database "${database}" to "${user}"`,
    }),
  },
  {
    says: /^53300 /,
    told: ({ server }) => ({
      problem: `the PostgreSQL at ${server} has no connection left`,
      advice: 'raise its max_connections, or close others',
    }),
  },
  {
    says: /^25006 /,
    told: ({ server }) => ({
      problem: `the PostgreSQL at ${server} is read-only`,
      advice: 'name the primary, or see why it takes no writes',
    }),
  },
  {
    says: /^57P0[12] /,
    told: ({ server, said }) => ({
      problem: `the PostgreSQL at ${server} ended meanwhile (it says: ${said})`,
      advice: 'try again once it runs',
    }),
  },
  {
    says: /^57P03 /,
    told: ({ server, said }) => ({
      problem: `the PostgreSQL at ${server} is not ready yet (it says: ${said})`,
      advice: 'try again in a moment',
    }),
  },
];

/** What somebody can do about a connection that failed, in words. */
export function explained(error: unknown, where: Where): Trouble {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = messageOf(error);
  const known = troubles.find(({ says }) => says.test(`${code} ${said}`));
  return (
    known?.told({ ...where, said }) ?? {
      problem: `the PostgreSQL at ${where.server} can not be used (it says: ${said})`,
      advice: START,
    }
  );
}
