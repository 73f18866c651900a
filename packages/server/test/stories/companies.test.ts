import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createKey } from '../../src/access/index.ts';
import { until } from '../support/until.ts';
import { HOUR, openWorld, type World } from '../support/world.ts';

const COMPANIES = `Компания;Сайт;Отрасль;Сотрудники;Теги
ООО «Ромашка»;romashka.example;Цветы;40;Партнёр
Bolt Lda;bolt.example;Software;1 200;
Ação & Filhos;acao.example;Software;12;Партнёр
`;

const PEOPLE = `E-mail,First name,Company
anna@romashka.example,Анна,ООО «Ромашка»
boris@bolt.example,Boris,Bolt Lda
clara@bolt.example,Clara,Bolt Lda
dora@nowhere.example,Dora,
joao@acao.example,João,Ação & Filhos
`;

let world: World;
let key: string;
before(async () => {
  world = await openWorld();
  const { db, tributary } = world;
  ({ key } = await createKey(db, tributary.workspace, 'A list', world.clock.now()));
});
after(() => world?.close());

async function call(method: string, path: string, body?: string) {
  const answer = await fetch(world.tributary.url + path, {
    method,
    headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'text/csv' }) },
    ...(body === undefined ? {} : { body }),
  });
  assert.ok(answer.ok, `${path} answered ${answer.status}`);
  return answer;
}

async function load(kind: string, file: string) {
  const { id } = (await (await call('POST', `/api/imports?kind=${kind}`, file)).json()) as { id: string };
  await call('POST', `/api/imports/${id}/start`);
  const { progress } = await until('the file is taken', async () => {
    const it = (await (await call('GET', `/api/imports/${id}`)).json()) as { state: string; progress: object };
    return it.state === 'done' && it;
  });
  await world.quiet();
  return progress;
}

/** The accounts of which a filter is true, each with its people's addresses. */
async function found(filter: object): Promise<Record<string, string[]>> {
  const { body } = await world.api('/v1/accounts/get', {
    filter,
    fields: ['str:o:name', 'ids:o:p'],
    sort_by_field_id: 'str:o:name',
    sort_order: 'asc',
  });
  const accounts = (body as { accounts: { fields: Record<string, string | string[]> }[] | null }).accounts ?? [];
  const named = await Promise.all(
    accounts.map(async ({ fields }) => {
      const asked = { contact_ids: fields['ids:o:p'] ?? [], fields: ['str::email'] };
      const { contacts } = (await world.api('/v1/person/get-by-ids', asked)).body as {
        contacts: Record<string, { fields: Record<string, string> }>;
      };
      const addresses = Object.values(contacts).map((person) => person.fields['str::email']!);
      return [String(fields['str:o:name']), addresses.sort()] as const;
    }),
  );
  return Object.fromEntries(named);
}

test('a list of companies and one of their people are loaded, found by what is known of either, and taken away again', async () => {
  assert.deepEqual(pick(await load('accounts', COMPANIES)), { created: 3, merged: 0, rejected: 0 });
  assert.deepEqual(pick(await load('people', PEOPLE)), { created: 5, merged: 0, rejected: 0 });

  const software = { '$str::is': { field_id: 'str:o:industry', value: 'software' } };
  const large = { '$int::greater_than': { field_id: 'int:o:employees', value: 100 } };
  assert.deepEqual(await found(software), {
    'Ação & Filhos': ['joao@acao.example'],
    'Bolt Lda': ['boris@bolt.example', 'clara@bolt.example'],
  });
  assert.deepEqual(await found({ $and: [software, large] }), {
    'Bolt Lda': ['boris@bolt.example', 'clara@bolt.example'],
  });

  // One of them comes back after a week: so does the company.
  await world.pass(7 * 24 * HOUR);
  const seen = { '$tme::relative_less_than': { field_id: 'ol', days_ago: 2 } };
  assert.deepEqual(await found(seen), {});
  await world.api('/v1/definitions/activity/create', { name: 'Logged in', touch: true });
  await world.api('/v1/activities/create', {
    activities: [{ activity_id: 'act:cm:logged-in', fields: { 'str::email': 'joao@acao.example' } }],
    merge_by: ['str::email'],
  });
  await world.quiet();
  assert.deepEqual(await found(seen), { 'Ação & Filhos': ['joao@acao.example'] });

  const filter = encodeURIComponent(JSON.stringify(software));
  const csv = await (
    await call('GET', `/api/exports/accounts.csv?filter=${filter}&fields=str:o:name,people_count`)
  ).text();
  assert.deepEqual(
    csv
      .trim()
      .split('\n')
      .map((line) => line.replace(/^10[0-9a-f]{22}/, '#')),
    ['account_id,Name,people_count', '#,Bolt Lda,2', '#,Ação & Filhos,1'],
  );
  const everyone = await (await call('GET', '/api/exports/people.csv?fields=str::email,str:o:name')).text();
  assert.match(everyone, /,joao@acao\.example,Ação & Filhos\n/);
  assert.deepEqual(pick(await load('people', everyone)), { created: 0, merged: 5, rejected: 0 });
});

function pick(progress: object) {
  const { created, merged, rejected } = progress as Record<string, number>;
  return { created, merged, rejected };
}
