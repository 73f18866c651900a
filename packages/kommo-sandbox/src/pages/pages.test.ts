import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KommoSandbox } from '../index.ts';
import { startKommoSandbox } from '../index.ts';

let sandbox: KommoSandbox;

before(async () => {
  sandbox = await startKommoSandbox();
});
after(() => sandbox.close());

const page = async (path: string) => (await fetch(sandbox.url + path)).text();
const submit = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(sandbox.url + path, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual', headers });

test('what people type is never markup', async () => {
  const trap = `<img src=x onerror="alert('x')">`;
  const { id } = sandbox.addLead({
    name: trap,
    contact: { name: trap, email: trap },
    tags: [trap],
    customFields: { 'Use case': trap },
  });
  sandbox.addNote(id, trap);
  for (const path of ['/', `/leads/${id}`]) {
    const html = await page(path);
    assert.ok(!html.includes('<img'), path);
    assert.ok(html.includes('&lt;img src=x onerror=&quot;alert(&#39;x&#39;)&quot;&gt;'), path);
  }
});

test('a deal is added, moved, written on and its task done, by forms alone', async () => {
  const added = await submit('/leads', {
    name: 'Harbor',
    price: '4800',
    first_name: 'Tom',
    email: 'tom@example.com',
    pipeline: '7301001',
  });
  assert.equal(added.status, 303);
  const path = added.headers.get('location') ?? '';
  const id = Number(path.split('/').at(-1));
  await submit(`${path}/move`, { status: '61200102', pipeline: '7301001' });
  await submit(`${path}/notes`, { text: 'Called, call again' });
  assert.partialDeepStrictEqual(sandbox.lead(id), {
    price: 4_800,
    status: 'Qualification',
    contacts: [{ email: 'tom@example.com' }],
  });
  const html = await page(path);
  for (const seen of ['Harbor', '$4,800', 'Tom', 'tom@example.com', 'Called, call again', 'Qualification']) {
    assert.ok(html.includes(seen), seen);
  }
});

test("a form on somebody else's page moves nothing", async () => {
  const { id } = sandbox.addLead({ name: 'Pine' });
  const answer = await submit(
    `/leads/${id}/move`,
    { status: '142', pipeline: '7301001' },
    { 'sec-fetch-site': 'cross-site' },
  );
  assert.equal(answer.status, 403);
  assert.equal(sandbox.lead(id)?.status, 'New lead');
});

test('a deal that is not there, and a stage that is not there, are said in words', async () => {
  assert.equal((await fetch(`${sandbox.url}/leads/1`)).status, 404);
  const { id } = sandbox.addLead({ name: 'Pine' });
  const answer = await submit(`/leads/${id}/move`, { status: '7', pipeline: '7301001' });
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /There is no stage 7/);
});
