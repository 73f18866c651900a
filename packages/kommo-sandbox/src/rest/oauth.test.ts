import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, client } from '../../test/support.ts';
import type { KommoSandbox } from '../index.ts';
import { defaultSeed, startKommoSandbox } from '../index.ts';

const [integration] = defaultSeed.integrations ?? [];
const { name: _, ...app } = integration ?? { name: '', client_id: '', client_secret: '', redirect_uri: '' };
let sandbox: KommoSandbox;
let now = new Date('2026-09-01T10:00:00Z');

before(async () => {
  sandbox = await startKommoSandbox({ requestsPerSecond: 0, now: () => now });
});
after(() => sandbox.close());

async function ask(body: object): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${sandbox.url}/oauth2/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...app, ...body }),
  });
  return { status: answer.status, body: await answer.json() };
}
const exchange = (code: string) => ask({ grant_type: 'authorization_code', code });
const refresh = (body: unknown) => ask({ grant_type: 'refresh_token', refresh_token: at(body, 'refresh_token') });
const works = async (body: unknown) =>
  (await client(sandbox, String(at(body, 'access_token')))('GET', '/account')).status;

test('a code is good once, for twenty minutes', async () => {
  const code = sandbox.issueCode();
  const first = await exchange(code);
  assert.partialDeepStrictEqual(first.body, { token_type: 'Bearer', expires_in: 86_400 });
  assert.equal(await works(first.body), 200);
  assert.partialDeepStrictEqual(await exchange(code), {
    status: 400,
    body: { hint: 'Authorization code has been revoked' },
  });
  const late = sandbox.issueCode();
  now = new Date(now.getTime() + 20 * 60_000);
  assert.partialDeepStrictEqual(await exchange(late), {
    status: 400,
    body: { hint: 'Authorization code has expired' },
  });
});

test('an old refresh token works until the new pair is used, then never again', async () => {
  const first = await exchange(sandbox.issueCode());
  const lost = await refresh(first.body);
  const again = await refresh(first.body);
  assert.equal(again.status, 200, 'the client that lost the answer asks once more');
  assert.notEqual(at(lost.body, 'refresh_token'), at(again.body, 'refresh_token'));
  assert.equal(await works(again.body), 200);
  assert.equal((await refresh(first.body)).status, 401);
  assert.equal((await refresh(again.body)).status, 200);
});

test('access ends after a day, and a refresh token after three months unused', async () => {
  const first = await exchange(sandbox.issueCode());
  now = new Date(now.getTime() + 86_400_000);
  assert.equal(await works(first.body), 401);
  const second = await refresh(first.body);
  assert.equal(await works(second.body), 200);
  now = new Date(now.getTime() + 91 * 86_400_000);
  assert.equal((await refresh(second.body)).status, 401);
});

test('the secret and the redirect address must be those of the integration', async () => {
  const code = sandbox.issueCode();
  const wrong = [
    { client_secret: 'x' },
    { client_id: 'x' },
    { redirect_uri: 'http://127.0.0.1/elsewhere' },
    { grant_type: 'password' },
  ];
  for (const part of wrong) {
    const { status, body } = await ask({ grant_type: 'authorization_code', code, ...part });
    assert.ok(status === 400 || status === 401, JSON.stringify(part));
    assert.equal(typeof at(body, 'hint'), 'string');
  }
  assert.equal((await exchange(code)).status, 200, 'and the code is still good');
});

test('the consent page sends the browser back with code, state and referer', async () => {
  const page = await (await fetch(`${sandbox.url}/oauth?client_id=${app.client_id}&state=s1`)).text();
  const href = /href="([^"]+code=[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
  const back = new URL(href ?? '');
  assert.equal(`${back.origin}${back.pathname}`, app.redirect_uri);
  assert.equal(back.searchParams.get('state'), 's1');
  assert.equal(back.searchParams.get('referer'), new URL(sandbox.url).host);
  assert.equal((await exchange(back.searchParams.get('code') ?? '')).status, 200);
});
