import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, readConfig } from './config.ts';

describe('the settings', () => {
  test('limit nothing unless they say so, and believe no proxy', () => {
    const { limits, activitiesPerDay, proxies } = readConfig({});
    assert.deepEqual(limits, {
      perKey: [],
      perAddress: [],
      badRequests: [],
      badKeys: [],
    });
    assert.equal(activitiesPerDay, undefined);
    assert.deepEqual(proxies, []);
  });

  test('take the limits that Ortto has', () => {
    const { limits, activitiesPerDay, proxies } = readConfig({
      LIMIT_PER_KEY: '30/1',
      LIMIT_PER_ADDRESS: '2000/10,6000/60',
      LIMIT_BAD_REQUESTS: '15/15',
      LIMIT_BAD_KEYS: '15/15',
      LIMIT_ACTIVITIES_PER_DAY: '50',
      TRUST_PROXY: 'loopback, 10.0.0.0/8 2001:db8::1',
    });
    assert.deepEqual(limits.perKey, [{ count: 30, seconds: 1 }]);
    assert.deepEqual(limits.perAddress, [
      { count: 2000, seconds: 10 },
      { count: 6000, seconds: 60 },
    ]);
    assert.deepEqual(limits.badRequests, [{ count: 15, seconds: 15 }]);
    assert.equal(activitiesPerDay, 50);
    assert.deepEqual(proxies, ['loopback', '10.0.0.0/8', '2001:db8::1']);
  });

  test('name mailboxes that replies come to, and never say a password', () => {
    const { replyMailboxes } = readConfig({
      REPLIES_IMAP_URL: 'imaps://sales%40acme.example:p%20w@imap.acme.example/In%2Fbox imap://a:b@127.0.0.1:14143',
    });
    assert.deepEqual(
      replyMailboxes.map(({ name, host, port, secure, password, folder }) => [
        name,
        host,
        port,
        secure,
        password,
        folder,
      ]),
      [
        ['sales@acme.example at imap.acme.example:993/In/box', 'imap.acme.example', 993, true, 'p w', 'In/box'],
        ['a at 127.0.0.1:14143/INBOX', '127.0.0.1', 14143, false, 'b', 'INBOX'],
      ],
    );
    const s = 's3cret';
    for (const wrong of [`http://a:${s}@h`, `imaps://${s}@h`, `imaps://a:${s}`, `imaps://a:${s}%@h`, `a:${s}`]) {
      assert.throws(
        () => readConfig({ REPLIES_IMAP_URL: wrong }),
        (error: ConfigError) => /REPLIES_IMAP_URL: expected imaps:/.test(error.message) && !error.message.includes(s),
        wrong,
      );
    }
  });

  test('name a mail server, and only with options that can be', () => {
    const given = (SMTP_URL: string) => readConfig({ SMTP_URL }).smtpUrl;
    for (const good of [
      'smtp://127.0.0.1:25',
      'smtps://u%40x:p@mail.example:465/?tls.rejectUnauthorized=false&socketTimeout=30000&name=cdp.example',
      'smtp://[::1]:25?localAddress=127.0.0.1&tls.minVersion=TLSv1.2&requireTLS=true',
    ])
      assert.equal(given(good), good);
    const s = 's3cret';
    for (const [wrong, said] of [
      [`smtp://u:${s}@127.0.0.1:25?socketTimeout=30s`, 'socketTimeout: expected milliseconds, such as 30000'],
      ['smtp://h?connectionTimeout=1.5', 'connectionTimeout: expected milliseconds, such as 30000'],
      ['smtp://h?tls.rejectUnauthorized=no', 'tls.rejectUnauthorized: expected true or false'],
      ['smtp://h?tls.minVersion=1.2', 'tls.minVersion: expected TLSv1.2 or its like'],
      ['smtp://h?localAddress=eth0', 'localAddress: expected an IP address'],
      ['smtp://h?socket=x', 'there is no option "socket": there are connectionTimeout, '],
      ...['smtp:h', 'smtp:h:25', 'smtp:///x', 'smtp://h:0', 'smtp://h:99999', `http://u:${s}@h`, s].map((text) => [
        text,
        'expected smtp://user:password@host:port',
      ]),
    ] as [string, string][])
      assert.throws(
        () => given(wrong),
        (error: ConfigError) => error.message.includes(`  SMTP_URL: ${said}`) && !error.message.includes(s),
        wrong,
      );
  });

  test('name the address that links begin with, and a sender of one line', () => {
    const given = (PUBLIC_URL: string) => readConfig({ PUBLIC_URL }).publicUrl;
    assert.equal(given('https://a.example/'), 'https://a.example');
    assert.equal(given('HTTP://127.0.0.1:8080'), 'HTTP://127.0.0.1:8080');
    assert.equal(given('https://[::1]:8443/cdp/eu//'), 'https://[::1]:8443/cdp/eu');
    for (const wrong of [
      ...[
        'https://a.b/?x=1',
        'https://a.b/#',
        'https://a.b/#/t',
        'https://u:p@a.b',
        'https://a.b/"><b>',
        'https://a.b/x y',
      ],
      ...[
        'https://a.b\n',
        'https:a.b',
        'https:///a',
        'ftp://a.b',
        'https://a.b:99999',
        "https://a.b/'x",
        'https://ä.b',
      ],
    ])
      assert.throws(() => given(wrong), /PUBLIC_URL: expected https:/, wrong);
    assert.deepEqual(readConfig({ MAIL_FROM: 'Team <hello@example.com>' }).from, {
      name: 'Team',
      email: 'hello@example.com',
    });
    for (const wrong of ['Team\r\nBcc: x <hello@example.com>', 'Team <hello@example.com>\n', '\u0000 <a@b.c>'])
      assert.throws(() => readConfig({ MAIL_FROM: wrong }), /MAIL_FROM: expected an address/, JSON.stringify(wrong));
  });

  test('that are wrong are all told together, each with what it should be', () => {
    const wrong = {
      PORT: 'http',
      LIMIT_PER_KEY: '30',
      LIMIT_PER_ADDRESS: '2000/10,many',
      LIMIT_BAD_KEYS: '0/15',
      LIMIT_ACTIVITIES_PER_DAY: '-1',
      TRUST_PROXY: '10.0.0.0/33, proxy.example.com',
    };
    assert.throws(
      () => readConfig(wrong),
      (error: Error) => {
        assert.ok(error instanceof ConfigError);
        for (const name of Object.keys(wrong)) assert.match(error.message, new RegExp(`^  ${name}: `, 'm'));
        assert.match(error.message, /LIMIT_PER_KEY: expected requests\/seconds, or several of them: 30\/1/);
        assert.match(error.message, /TRUST_PROXY: 10\.0\.0\.0\/33, proxy\.example\.com: expected addresses/);
        return true;
      },
    );
  });
});
