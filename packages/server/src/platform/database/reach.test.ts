import assert from 'node:assert/strict';
import { createServer as createWeb } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { emptyDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { urlOf } from '../../../test/support/url-of.ts';
import { DatabaseUnreachable, reach } from './reach.ts';
import { explained } from './trouble.ts';

describe('a DATABASE_URL that can not be used is explained', () => {
  let t: TestDatabase;
  const servers: Server[] = [];
  before(async () => {
    t = await emptyDatabase();
  });
  after(async () => {
    for (const server of servers) server.close();
    await t.close();
  });

  const told = async (url: string): Promise<string> => {
    const error: unknown = await reach(url).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof DatabaseUnreachable, String(error));
    assert.doesNotMatch(error.message, /s3cret/);
    return error.message;
  };
  const ours = (change: object): string => urlOf({ ...t.connection, ...change });
  const listening = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  /** What PostgreSQL sends to somebody whom it does not take. */
  const refusal = (code: string, message: string) => (socket: Socket) => {
    const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
    const head = Buffer.from([0x45, 0, 0, 0, 0]);
    head.writeInt32BE(body.length + 4, 1);
    socket.once('data', () => socket.end(Buffer.concat([head, body])));
    socket.on('error', () => undefined);
  };

  test('unless it can', async () => {
    await reach(ours({}));
  });

  test('nothing listens there', async () => {
    assert.equal(
      await told('postgres://u:s3cret@127.0.0.1:1/x'),
      'nothing listens at 127.0.0.1:1: check that PostgreSQL runs there, and host and port in DATABASE_URL',
    );
    assert.match(await told('postgres://u:s3cret@[::1]:1/x'), /^(nothing listens at|there is no way to) \[::1\]:1: /);
    assert.match(
      await told('postgres://u@localhost/x?host=/nowhere'),
      /^there is no socket \/nowhere\/\.s\.PGSQL\.5432: /,
    );
  });

  test('there is no such host', async () => {
    assert.match(
      await told('postgres://u:s3cret@nobody.invalid/x'),
      /^(there is no host of the name in nobody\.invalid:5432|the name of the host in nobody\.invalid:5432 can not be looked up): check the host in DATABASE_URL/,
    );
  });

  test('the password is wrong, or there is none', async () => {
    assert.match(
      await told(ours({ password: 's3cret' })),
      /does not take the password of "\w+": check user and password in DATABASE_URL; in a password, /,
    );
    const without = ours({}).replace(/:[^:@/]+@/, '@');
    assert.match(await told(without), /wants a password, and DATABASE_URL has none: write it as postgres:\/\//);
  });

  test('the database is not there', async () => {
    const { user } = t.connection;
    const said = await told(ours({ database: 'not-there' }));
    assert.ok(said.includes('has no database "not-there": make it, as an administrator: '), said);
    assert.ok(said.includes(`create database "not-there" owner "${user}"; or name another in DATABASE_URL`), said);
  });

  test('what it may not do there', async () => {
    // Roles are the whole server's.
    const name = `guest_${process.pid}`;
    await t.db.query(`create role ${name} login password 's3cret'`);
    try {
      const guest = ours({ user: name, password: 's3cret' });
      assert.match(await told(guest), /^"\w+" may make no tables in the database "\w+" at .*: make it the owner/);
      await t.db.query(`revoke connect on database ${t.connection.database} from public`);
      assert.match(
        await told(guest),
        /^"\w+" may not connect to the database .*: allow it, as an administrator: grant/,
      );
    } finally {
      await t.db.query(`drop role ${name}`);
    }
  });

  test('encryption is asked for, and the server has none', async () => {
    const url = ours({});
    const asking = `${url}${url.includes('?') ? '&' : '?'}sslmode=verify-full`;
    assert.match(await told(asking), /does not encrypt, and DATABASE_URL asks for it: take sslmode out/);
  });

  test('encryption is needed', async () => {
    const said = 'no pg_hba.conf entry for host "10.0.0.1", user "u", database "x", no encryption';
    const port = await listening(createServer(refusal('28000', said)));
    assert.equal(
      await told(`postgres://u:s3cret@127.0.0.1:${port}/x`),
      `the PostgreSQL at 127.0.0.1:${port} takes only encrypted connections (it says: ${said}): ` +
        'add ?sslmode=verify-full to DATABASE_URL, with &sslrootcert=FILE where its authority is your own',
    );
  });

  test('the server is starting, or has no room', async () => {
    const starting = await listening(createServer(refusal('57P03', 'the database system is starting up')));
    assert.match(await told(`postgres://u@127.0.0.1:${starting}/x`), /is not ready yet .*: try again in a moment$/);
    const full = await listening(createServer(refusal('53300', 'sorry, too many clients already')));
    assert.match(await told(`postgres://u@127.0.0.1:${full}/x`), /has no connection left: raise its max_connections/);
  });

  test('it is no PostgreSQL', async () => {
    const web = await listening(createWeb((_, answer) => answer.end('hello')));
    assert.match(await told(`postgres://u@127.0.0.1:${web}/x`), /closed the connection without a word: check the port/);
  });

  test('a file that it names is not there', async () => {
    assert.match(
      await told('postgres://u:s3cret@127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/nowhere.pem'),
      /^DATABASE_URL can not be used: ENOENT: .*nowhere\.pem.*: check the files and options it names$/,
    );
  });

  test('and what only some servers and networks say', () => {
    const where = { server: 'db.example:5432', user: 'u', database: 'x' };
    const wordsFor = (code: string, message: string): string => {
      const { problem, advice } = explained(Object.assign(new Error(message), code ? { code } : {}), where);
      return `${problem}: ${advice}`;
    };
    for (const [code, message, words] of [
      [
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'self-signed certificate',
        /certificate .* can not be trusted \(self-signed .*sslrootcert=FILE/,
      ],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify', /certificate .* can not be trusted/],
      ['ERR_TLS_CERT_ALTNAME_INVALID', 'Host: db.example. is not in the cert', /the host as the certificate has it/],
      ['', 'connection is insecure (try using `sslmode=require`)', /takes only encrypted connections/],
      ['08P01', 'SSL connection is required', /takes only encrypted connections/],
      ['28000', 'role "u" is not permitted to log in', /does not let "u" in \(it says: role .*pg_hba\.conf/],
      ['', 'timeout expired', /^db\.example:5432 does not answer: .*firewall/],
      ['ETIMEDOUT', 'connect ETIMEDOUT', /does not answer/],
      ['EHOSTUNREACH', 'connect EHOSTUNREACH', /there is no way to/],
      ['XX000', 'Tenant or user not found', /can not be used \(it says: Tenant or user not found\)/],
    ] as const) {
      assert.match(wordsFor(code, message), words);
    }
  });
});
