import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, client, column, idAt } from '../../test/support.ts';
import type { KommoSandbox, LeadView } from '../index.ts';
import { startKommoSandbox } from '../index.ts';

let sandbox: KommoSandbox;
let rest: ReturnType<typeof client>;
let anna: LeadView;
let now = new Date('2026-09-01T10:00:00Z');

before(async () => {
  sandbox = await startKommoSandbox({ requestsPerSecond: 0, now: () => now });
  rest = client(sandbox);
  anna = sandbox.addLead({
    name: 'Brightwater Logistics',
    price: 12_000,
    contact: { first_name: 'Anna', last_name: 'Petrova', email: 'anna@example.com' },
  });
});
after(() => sandbox.close());

const names = (body: unknown) => column(at(body, '_embedded', 'leads'), 'name');
const firstComplaint = (body: unknown) => at(body, 'validation-errors', 0, 'errors', 0);

test('a lead reads as Kommo shows it: custom fields null, no contacts unless asked for', async () => {
  const { status, type, body } = await rest('GET', `/leads/${anna.id}`);
  assert.equal(status, 200);
  assert.equal(type, 'application/hal+json');
  assert.deepEqual(body, {
    id: anna.id,
    name: 'Brightwater Logistics',
    price: 12_000,
    responsible_user_id: 11_087_101,
    group_id: 0,
    status_id: 61_200_101,
    pipeline_id: 7_301_001,
    loss_reason_id: null,
    created_by: 11_087_101,
    updated_by: 11_087_101,
    created_at: 1_788_256_800,
    updated_at: 1_788_256_800,
    closed_at: null,
    closest_task_at: null,
    is_deleted: false,
    custom_fields_values: null,
    score: null,
    account_id: 32_184_507,
    labor_cost: null,
    is_price_computed: false,
    _links: { self: { href: `${sandbox.url}/api/v4/leads/${anna.id}` } },
    _embedded: { tags: [], companies: [] },
  });
});

test('with=contacts gives ids, and the e-mail takes a second request', async () => {
  const lead = await rest('GET', `/leads/${anna.id}?with=contacts,loss_reason`);
  const contact = at(lead.body, '_embedded', 'contacts', 0);
  assert.deepEqual(Object.keys(contact ?? {}), ['id', 'is_main', '_links']);
  const person = await rest('GET', `/contacts/${at(contact, 'id')}?with=leads`);
  assert.partialDeepStrictEqual(person.body, {
    ...{ name: 'Anna Petrova', first_name: 'Anna', last_name: 'Petrova' },
    custom_fields_values: [
      { field_code: 'EMAIL', field_type: 'multitext', values: [{ value: 'anna@example.com', enum_code: 'WORK' }] },
    ],
    _embedded: { leads: [{ id: anna.id }] },
  });
});

test('an unknown lead and an empty list are a 204 without a body', async () => {
  for (const path of ['/leads/1', '/leads?filter[id][]=1', '/leads?page=7', '/leads/notes', '/tasks', '/webhooks']) {
    const { status, text } = await rest('GET', path);
    assert.deepEqual([status, text], [204, ''], path);
  }
});

test('pages follow _links.next, which is absent on the last one', async () => {
  const answer = await rest(
    'POST',
    '/leads',
    Array.from({ length: 60 }, (_, i) => ({ name: `Paged ${i}` })),
  );
  assert.equal(answer.status, 200);
  const ids = new Set<unknown>();
  let next: unknown = `${sandbox.url}/api/v4/leads?limit=25&query=Paged&order[id]=desc`;
  let pages = 0;
  while (typeof next === 'string') {
    const { body } = await rest('GET', next);
    for (const id of column(at(body, '_embedded', 'leads'), 'id')) ids.add(id);
    next = at(body, '_links', 'next', 'href');
    pages += 1;
  }
  assert.deepEqual([ids.size, pages], [60, 3]);
  assert.equal((await rest('GET', '/leads?limit=251')).status, 400);
  assert.equal(at((await rest('GET', '/leads?limit=250')).body, '_page'), 1);
});

test('leads are found by id, stage, pipeline, change, field and by a part of an e-mail', async () => {
  now = new Date('2026-09-02T10:00:00Z');
  const segment = { field_id: 991_902, values: [{ value: 'Enterprise' }] };
  const made = await rest('POST', '/leads', [
    { name: 'Renewal', pipeline_id: 7_301_002, status_id: 61_200_202, custom_fields_values: [segment] },
    { name: 'Lost there', pipeline_id: 7_301_002, status_id: 143 },
  ]);
  const id = idAt(made.body, '_embedded', 'leads', 0, 'id');
  const since = Date.parse('2026-09-02T00:00:00Z') / 1000;
  const found = async (query: string) => names((await rest('GET', `/leads?${query}`)).body);
  assert.deepEqual(await found(`filter[id][]=${id}&filter[id][]=${anna.id}`), ['Brightwater Logistics', 'Renewal']);
  assert.deepEqual(await found(`filter[id]=${id}`), ['Renewal']);
  assert.deepEqual(await found(`filter[updated_at][from]=${since}`), ['Renewal', 'Lost there']);
  assert.deepEqual(await found(`filter[updated_at][from]=${since}&order[id]=desc`), ['Lost there', 'Renewal']);
  assert.deepEqual(await found('filter[pipeline_id][]=7301002'), ['Renewal', 'Lost there']);
  const lost = 'filter[statuses][0][pipeline_id]=7301002&filter[statuses][0][status_id]=143';
  assert.deepEqual(await found(lost), ['Lost there']);
  assert.deepEqual(await found('filter[statuses][0][pipeline_id]=7301001&filter[statuses][0][status_id]=143'), []);
  assert.deepEqual(await found('filter[custom_fields_values][991902][]=Enterprise'), ['Renewal']);
  assert.deepEqual(await found('query=anna%40exam'), ['Brightwater Logistics']);
});

test('collections take arrays, single leads take an object', async () => {
  for (const [method, path, body] of [
    ['POST', '/leads', { name: 'x' }],
    ['PATCH', '/leads', { id: anna.id, name: 'x' }],
    ['PATCH', `/leads/${anna.id}`, [{ name: 'x' }]],
    ['POST', '/leads', []],
  ] as const) {
    const answer = await rest(method, path, body);
    assert.equal(answer.status, 400, `${method} ${path}`);
    assert.equal(answer.type, 'application/problem+json');
    assert.equal(at(answer.body, 'title'), 'Bad Request');
  }
  assert.equal(sandbox.lead(anna.id)?.name, 'Brightwater Logistics');
});

test('a price must be a whole number, and the complaint names it', async () => {
  for (const price of ['12000', 1.5, true]) {
    const { status, body } = await rest('PATCH', `/leads/${anna.id}`, { price });
    assert.equal(status, 400);
    assert.partialDeepStrictEqual(firstComplaint(body), { code: 'InvalidType', path: 'price' });
  }
});

test('a field that does not exist is answered as Kommo does, and nothing is written', async () => {
  const good = { field_id: 991_906, values: [{ value: 'kept out' }] };
  const answer = await rest('PATCH', `/leads/${anna.id}`, {
    name: 'x',
    custom_fields_values: [good, { field_id: 1, values: [{ value: 'y' }] }],
  });
  assert.deepEqual(answer.body, {
    'validation-errors': [
      {
        request_id: '0',
        errors: [
          {
            code: 'NotSupportedChoice',
            path: 'custom_fields_values.1.field_id',
            detail: 'The value you selected is not a valid choice.',
          },
        ],
      },
    ],
    title: 'Bad Request',
    type: 'https://httpstatus.es/400',
    status: 400,
    detail: 'Request validation failed',
  });
  assert.deepEqual(sandbox.lead(anna.id)?.customFields, {});
});

test('one bad item keeps the whole list out, named by its request_id', async () => {
  const before = sandbox.leads().length;
  const { body } = await rest('POST', '/leads', [{ name: 'fine' }, { name: 'not', status_id: 7, request_id: 'mine' }]);
  assert.partialDeepStrictEqual(at(body, 'validation-errors'), [
    { request_id: 'mine', errors: [{ code: 'NotSupportedChoice', path: 'status_id' }] },
  ]);
  assert.equal(sandbox.leads().length, before);
});

test('a stage of another pipeline needs its pipeline_id; won and lost are in each', async () => {
  assert.equal((await rest('PATCH', `/leads/${anna.id}`, { status_id: 61_200_201 })).status, 400);
  assert.equal(
    (await rest('PATCH', `/leads/${anna.id}`, { status_id: 61_200_201, pipeline_id: 7_301_002 })).status,
    200,
  );
  assert.equal(sandbox.lead(anna.id)?.pipeline, 'Renewals');
  await rest('PATCH', `/leads/${anna.id}`, { status_id: 142 });
  assert.equal(sandbox.lead(anna.id)?.pipeline, 'Renewals');
  assert.ok(sandbox.lead(anna.id)?.closedAt);
  await rest('PATCH', '/leads', [{ id: anna.id, pipeline_id: 7_301_001, status_id: 61_200_102 }]);
  assert.equal(sandbox.lead(anna.id)?.status, 'Qualification');
  assert.equal(sandbox.lead(anna.id)?.closedAt, undefined);
});

test('a write answers ids only, and an omitted field stays', async () => {
  const { body } = await rest('PATCH', `/leads/${anna.id}`, {
    custom_fields_values: [{ field_id: 991_906, values: [{ value: 'Routing' }] }],
  });
  assert.deepEqual(Object.keys(body as object), ['id', 'updated_at', '_links']);
  await rest('PATCH', `/leads/${anna.id}`, { custom_fields_values: [{ field_id: 991_903, values: [{ value: 40 }] }] });
  assert.deepEqual(sandbox.lead(anna.id)?.customFields, { Seats: 40, 'Use case': 'Routing' });
  await rest('PATCH', `/leads/${anna.id}`, { custom_fields_values: [{ field_id: 991_906, values: null }] });
  assert.deepEqual(sandbox.lead(anna.id)?.customFields, { Seats: 40 });
});

test('tags are added, taken away and replaced by name', async () => {
  await rest('PATCH', `/leads/${anna.id}`, { tags_to_add: [{ name: 'hot' }, { name: 'web' }] });
  await rest('PATCH', `/leads/${anna.id}`, { tags_to_delete: [{ name: 'web' }] });
  assert.deepEqual(sandbox.lead(anna.id)?.tags, ['hot']);
  await rest('PATCH', `/leads/${anna.id}`, { _embedded: { tags: [{ name: 'cold' }] } });
  assert.deepEqual(sandbox.lead(anna.id)?.tags, ['cold']);
  const listed = await rest('GET', '/leads/tags');
  assert.deepEqual(column(at(listed.body, '_embedded', 'tags'), 'name'), ['hot', 'web', 'cold']);
});

test('a lead with its contact and company in one request answers a bare array', async () => {
  const { status, body } = await rest('POST', '/leads/complex', [
    {
      name: 'Harbor & Finch',
      price: 4_800,
      _embedded: {
        contacts: [
          {
            first_name: 'Tom',
            custom_fields_values: [{ field_code: 'EMAIL', values: [{ value: 'tom@example.com' }] }],
          },
        ],
        companies: [{ name: 'Harbor & Finch' }],
      },
    },
  ]);
  assert.equal(status, 200);
  assert.ok(Array.isArray(body));
  assert.partialDeepStrictEqual(body, [{ request_id: ['0'], merged: false }]);
  assert.equal(sandbox.lead(idAt(body, 0, 'id'))?.contacts[0]?.email, 'tom@example.com');
});

test('leads cannot be deleted over REST', async () => {
  for (const path of ['/leads', `/leads/${anna.id}`, '/tasks/1', '/contacts/1']) {
    const answer = await rest('DELETE', path);
    assert.deepEqual([answer.status, answer.type], [405, 'application/problem+json'], path);
  }
});
