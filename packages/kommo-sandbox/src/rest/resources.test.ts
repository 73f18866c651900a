import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { at, client, column, idAt } from '../../test/support.ts';
import type { KommoSandbox, LeadView } from '../index.ts';
import { startKommoSandbox } from '../index.ts';

let sandbox: KommoSandbox;
let rest: ReturnType<typeof client>;
let lead: LeadView;

before(async () => {
  sandbox = await startKommoSandbox({ requestsPerSecond: 0 });
  rest = client(sandbox);
});
beforeEach(() => {
  lead = sandbox.addLead({ name: 'Brightwater', contact: { first_name: 'Anna', email: 'anna@example.com' } });
});
after(() => sandbox.close());

test('a note on a lead goes to /leads/notes; /notes is not there', async () => {
  const note = {
    entity_id: lead.id,
    note_type: 'extended_service_message',
    params: { service: 'Tributary', text: 'Opened' },
  };
  const wrong = await rest('POST', '/notes', [{ ...note, entity_type: 'leads' }]);
  assert.deepEqual([wrong.status, wrong.type], [404, 'application/problem+json']);
  const made = await rest('POST', '/leads/notes', [{ ...note, is_need_to_trigger_digital_pipeline: false }]);
  assert.partialDeepStrictEqual(made.body, { _embedded: { notes: [{ entity_id: lead.id, request_id: '0' }] } });
  assert.partialDeepStrictEqual(sandbox.notes(lead.id), [{ text: 'Opened', service: 'Tributary' }]);
  const read = await rest('GET', `/leads/${lead.id}/notes?filter[note_type]=extended_service_message`);
  assert.partialDeepStrictEqual(read.body, {
    _embedded: { notes: [{ params: { text: 'Opened', service: 'Tributary' } }] },
  });
  assert.equal(
    (await rest('GET', `/leads/notes?filter[entity_id][]=${lead.id}&filter[note_type][]=common`)).status,
    204,
  );
});

test('a note must say what its type needs', async () => {
  const complaint = async (note: object) =>
    at(
      (await rest('POST', '/leads/notes', [{ entity_id: lead.id, ...note }])).body,
      'validation-errors',
      0,
      'errors',
      0,
    );
  assert.partialDeepStrictEqual(await complaint({ note_type: 'common', params: {} }), {
    code: 'FieldMissing',
    path: 'params.text',
  });
  assert.partialDeepStrictEqual(await complaint({ note_type: 'service_message', params: { text: 'x' } }), {
    path: 'params.service',
  });
  assert.partialDeepStrictEqual(await complaint({ note_type: 'site_visit', params: {} }), {
    code: 'NotSupportedChoice',
    path: 'note_type',
  });
  assert.partialDeepStrictEqual(await complaint({ entity_id: 1, note_type: 'common', params: { text: 'x' } }), {
    path: 'entity_id',
  });
});

test('a task for the responsible user is made, found, and done with a result', async () => {
  const due = 1_790_000_000;
  const body = [
    {
      text: 'Call Anna',
      complete_till: due,
      entity_id: lead.id,
      entity_type: 'leads',
      responsible_user_id: 11_087_102,
    },
  ];
  const id = idAt((await rest('POST', '/tasks', body)).body, '_embedded', 'tasks', 0, 'id');
  const open = `/tasks?filter[entity_type]=leads&filter[entity_id][]=${lead.id}&filter[is_completed]=0`;
  assert.partialDeepStrictEqual((await rest('GET', open)).body, {
    _embedded: { tasks: [{ id, result: [], complete_till: due }] },
  });
  assert.equal(at((await rest('GET', `/leads/${lead.id}`)).body, 'closest_task_at'), due);
  assert.equal((await rest('GET', `/tasks?filter[entity_id][]=${lead.id}`)).status, 400, 'entity_id needs entity_type');
  assert.equal((await rest('PATCH', `/tasks/${id}`, { is_completed: true, result: { text: 'Met' } })).status, 200);
  assert.partialDeepStrictEqual((await rest('GET', `/tasks/${id}`)).body, {
    is_completed: true,
    result: { text: 'Met' },
  });
  assert.equal((await rest('GET', open)).status, 204);
  assert.partialDeepStrictEqual(sandbox.tasks(lead.id), [
    { done: true, result: 'Met', responsibleUser: 'Daniel Novak' },
  ]);
  const bad = await rest('POST', '/tasks', [{ complete_till: 'tomorrow' }]);
  assert.deepEqual(column(at(bad.body, 'validation-errors', 0, 'errors'), 'path'), ['text', 'complete_till']);
});

test('an integration creates its fields, and a choice must be one of the options', async () => {
  const made = await rest('POST', '/leads/custom_fields', [
    { name: 'Email activity', type: 'text', code: 'EMAIL_ACTIVITY' },
    {
      name: 'Email status',
      type: 'select',
      enums: [
        { value: 'Subscribed', sort: 1 },
        { value: 'Unsubscribed', sort: 2 },
      ],
    },
  ]);
  const field = at(made.body, '_embedded', 'custom_fields', 1);
  const [id, option] = [idAt(field, 'id'), idAt(field, 'enums', 1, 'id')];
  const write = (value: object) =>
    rest('PATCH', `/leads/${lead.id}`, { custom_fields_values: [{ field_id: id, values: [value] }] });
  assert.equal((await write({ enum_id: option })).status, 200);
  assert.equal((await write({ value: 'Unsubscribed' })).status, 200);
  const refused = await write({ value: 'Bounced' });
  assert.deepEqual(column(at(refused.body, 'validation-errors', 0, 'errors'), 'path'), [
    'custom_fields_values.0.values.0.value',
  ]);
  assert.equal(sandbox.lead(lead.id)?.customFields['Email status'], 'Unsubscribed');
  await rest('PATCH', '/leads/custom_fields', [
    { id, enums: [{ id: option, value: 'Unsubscribed' }, { value: 'Bounced' }] },
  ]);
  assert.equal((await write({ value: 'Bounced' })).status, 200);
  const byCode = { custom_fields_values: [{ field_code: 'EMAIL_ACTIVITY', values: [{ value: 'Opened' }] }] };
  assert.equal((await rest('PATCH', `/leads/${lead.id}`, byCode)).status, 200);
  assert.equal((await rest('POST', '/leads/custom_fields', [{ name: 'x', type: 'rainbow' }])).status, 400);
  const gone = await rest('DELETE', `/leads/custom_fields/${id}`);
  assert.equal(gone.status, 204);
  assert.equal((await write({ value: 'Bounced' })).status, 400);
});

test('each type of field is written as Kommo wants it and read as Kommo shows it', async () => {
  const made = await rest('POST', '/leads', [
    {
      custom_fields_values: [
        { field_id: 991_902, values: [{ value: 'Enterprise' }] },
        { field_id: 991_903, values: [{ value: 12.5 }] },
        { field_id: 991_904, values: [{ value: '2026-10-01T00:00:00Z' }] },
        { field_id: 991_905, values: [{ value: true }] },
        { field_id: 991_908, values: [{ value: 'Core' }, { enum_id: 9_919_082 }] },
      ],
    },
  ]);
  const id = idAt(made.body, '_embedded', 'leads', 0, 'id');
  const read = await rest('GET', `/leads/${id}`);
  assert.equal(at(read.body, 'name'), `Lead #${id}`);
  assert.deepEqual(column(at(read.body, 'custom_fields_values'), 'values'), [
    [{ value: 'Enterprise', enum_id: 9_919_022, enum_code: null }],
    [{ value: '12.5' }],
    [{ value: 1_790_812_800 }],
    [{ value: true }],
    [
      { value: 'Core', enum_id: 9_919_080, enum_code: null },
      { value: 'API access', enum_id: 9_919_082, enum_code: null },
    ],
  ]);
  const bad = {
    custom_fields_values: [
      { field_id: 991_903, values: [{ value: 'many' }] },
      { field_id: 991_905, values: [{ value: 'yes' }] },
    ],
  };
  assert.equal((await rest('PATCH', `/leads/${id}`, bad)).status, 400);
});

test('a contact is found by e-mail and written by field code', async () => {
  const found = await rest('GET', '/contacts?query=anna@example.com&limit=1');
  const id = idAt(found.body, '_embedded', 'contacts', 0, 'id');
  const values = [
    { value: 'anna@example.com', enum_code: 'WORK' },
    { value: 'anna@home.example', enum_code: 'PRIV' },
  ];
  assert.equal(
    (
      await rest('PATCH', `/contacts/${id}`, {
        last_name: 'Petrova',
        custom_fields_values: [{ field_code: 'EMAIL', values }],
      })
    ).status,
    200,
  );
  assert.partialDeepStrictEqual((await rest('GET', `/contacts/${id}`)).body, {
    name: 'Anna Petrova',
    custom_fields_values: [{ values }],
  });
  assert.equal((await rest('GET', '/contacts/1')).status, 404);
  assert.equal((await rest('POST', '/contacts', { name: 'x' })).status, 400);
});

test('pipelines: incoming leads first, won and lost with the same ids in each', async () => {
  const { body } = await rest('GET', '/leads/pipelines');
  const pipelines = at(body, '_embedded', 'pipelines');
  assert.deepEqual(column(pipelines, 'name'), ['Sales', 'Renewals']);
  for (const i of [0, 1]) {
    const statuses = at(pipelines, i, '_embedded', 'statuses');
    assert.equal(column(statuses, 'type')[0], 1);
    assert.deepEqual(column(statuses, 'id').slice(-2), [142, 143]);
  }
  const stages = await rest('GET', '/leads/pipelines/7301001/statuses');
  assert.deepEqual(column(at(stages.body, '_embedded', 'statuses'), 'name'), [
    ...['Incoming leads', 'New lead', 'Qualification', 'Proposal sent', 'Negotiation', 'Closed - won', 'Closed - lost'],
  ]);
  assert.equal((await rest('GET', '/leads/pipelines/1')).status, 404);
});

test('the account and its users', async () => {
  const plain = await rest('GET', '/account');
  assert.partialDeepStrictEqual(plain.body, { id: 32_184_507, subdomain: 'larkspur', _embedded: {} });
  assert.equal(at(plain.body, 'version'), undefined);
  const full = await rest('GET', '/account?with=version,task_types,is_api_filter_enabled');
  assert.partialDeepStrictEqual(full.body, {
    is_api_filter_enabled: true,
    _embedded: { task_types: [{ id: 1 }, { id: 2 }] },
  });
  const users = await rest('GET', '/users');
  assert.deepEqual(column(at(users.body, '_embedded', 'users'), 'name'), ['Maya Torres', 'Daniel Novak', 'Priya Shah']);
});

test('events tell every stage change, newest first, so that lost webhooks can be made good', async () => {
  sandbox.moveLead(lead.id, 61_200_102);
  sandbox.moveLead(lead.id, 61_200_103);
  const path = `/events?filter[type]=lead_status_changed&filter[entity]=lead&filter[entity_id][]=${lead.id}`;
  const { body } = await rest('GET', path);
  assert.partialDeepStrictEqual(at(body, '_embedded', 'events'), [
    {
      type: 'lead_status_changed',
      entity_id: lead.id,
      value_before: [{ lead_status: { id: 61_200_102, pipeline_id: 7_301_001 } }],
      value_after: [{ lead_status: { id: 61_200_103, pipeline_id: 7_301_001 } }],
    },
    { value_after: [{ lead_status: { id: 61_200_102, pipeline_id: 7_301_001 } }] },
  ]);
  assert.equal(typeof at(body, '_embedded', 'events', 0, 'id'), 'string');
  const reached =
    'filter[value_after][leads_statuses][0][pipeline_id]=7301001&filter[value_after][leads_statuses][0][status_id]=61200103';
  assert.equal(column(at((await rest('GET', `${path}&${reached}`)).body, '_embedded', 'events'), 'id').length, 1);
  assert.equal((await rest('GET', `/events?filter[entity_id][]=${lead.id}`)).status, 400);
  assert.equal((await rest('GET', '/events?limit=101')).status, 400);
});

test('a subscription is one object; names it does not know are refused one by one', async () => {
  const destination = 'http://127.0.0.1:9/hooks';
  const good = await rest('POST', '/webhooks', { destination, settings: ['add_lead', 'status_lead'] });
  assert.partialDeepStrictEqual(good.body, {
    destination,
    disabled: false,
    settings: ['add_lead', 'status_lead'],
    account_id: 32_184_507,
  });
  assert.equal((await rest('POST', '/webhooks', [{ destination, settings: ['add_lead'] }])).status, 400);
  const bad = await rest('POST', '/webhooks', { destination, settings: ['add_lead', 'lead_added'] });
  assert.deepEqual(column(at(bad.body, 'validation-errors', 0, 'errors'), 'path'), ['settings.1']);
  await rest('POST', '/webhooks', { destination, settings: ['add_lead'] });
  assert.deepEqual(sandbox.webhooks(), [{ destination, settings: ['add_lead'], disabled: false }]);
  assert.equal((await rest('DELETE', '/webhooks', { destination: 'http://127.0.0.1:9/other' })).status, 404);
  assert.equal((await rest('DELETE', '/webhooks', { destination })).status, 204);
});

test('one PATCH changes stage, responsible user and fields of several leads, and tells of each', async () => {
  const other = sandbox.addLead({ name: 'Other' });
  const body = [
    {
      ...{ id: lead.id, status_id: 61_200_103, pipeline_id: 7_301_001, responsible_user_id: 11_087_102 },
      custom_fields_values: [{ field_id: 991_903, values: [{ value: '40' }] }],
    },
    { id: other.id, responsible_user_id: 11_087_103, request_id: 'mine' },
  ];
  const answer = await rest('PATCH', '/leads', body);
  assert.deepEqual(column(at(answer.body, '_embedded', 'leads'), 'id'), [lead.id, other.id]);
  assert.partialDeepStrictEqual(sandbox.lead(lead.id), {
    ...{ status: 'Proposal sent', responsibleUser: 'Daniel Novak', customFields: { Seats: 40 } },
  });
  assert.equal(sandbox.lead(other.id)?.responsibleUser, 'Priya Shah');
  assert.deepEqual(
    sandbox.events(lead.id).map(({ type }) => type),
    ['lead_added', 'lead_status_changed', 'entity_responsible_changed', 'custom_field_991903_value_changed'],
  );
  await rest('PATCH', '/leads', body);
  assert.equal(sandbox.events(lead.id).length, 4, 'the same again is nothing');
});

test('a user who may not log in any more is listed so, and nothing new can be theirs', async (t) => {
  const own = await startKommoSandbox({ requestsPerSecond: 0 });
  t.after(() => own.close());
  const { id } = own.addLead({ name: 'Pine' });
  own.deactivateUser(11_087_103);
  const call = client(own);
  const first = await call('GET', '/users?limit=2');
  assert.deepEqual([column(at(first.body, '_embedded', 'users'), 'id').length, at(first.body, '_total_items')], [2, 3]);
  const second = await call('GET', String(at(first.body, '_links', 'next', 'href')));
  assert.partialDeepStrictEqual(at(second.body, '_embedded', 'users'), [
    { id: 11_087_103, rights: { is_active: false } },
  ]);
  for (const user of [11_087_103, 5]) {
    const refused = await call('PATCH', '/leads', [{ id, responsible_user_id: user }]);
    assert.partialDeepStrictEqual(at(refused.body, 'validation-errors', 0, 'errors'), [
      { code: 'NotSupportedChoice', path: 'responsible_user_id' },
    ]);
  }
  assert.equal(own.lead(id)?.responsibleUser, 'Maya Torres');
});

test('a contact has fields of its own, written as those of leads are', async () => {
  const contactId = idAt(lead, 'contacts', 0, 'id');
  const listed = await rest('GET', '/contacts/custom_fields?limit=250');
  const names = column(at(listed.body, '_embedded', 'custom_fields'), 'name');
  assert.deepEqual(names, ['Position', 'Phone', 'Email', 'Role', 'Interests', 'Score', 'Newsletter', 'Last visit']);
  const answer = await rest('PATCH', '/contacts', [
    {
      id: contactId,
      custom_fields_values: [
        { field_id: 991_951, values: [{ value: 'Buyer' }] },
        { field_id: 991_952, values: [{ enum_id: 9_919_520 }, { enum_id: 9_919_522 }] },
        { field_id: 991_953, values: [{ value: '7.5' }] },
        { field_id: 991_954, values: [{ value: true }] },
        { field_id: 991_955, values: [{ value: 1_790_000_000 }] },
      ],
    },
  ]);
  assert.equal(answer.status, 200);
  assert.deepEqual(sandbox.contacts().find(({ id }) => id === contactId)?.customFields, {
    Email: 'anna@example.com',
    Role: 'Buyer',
    Interests: ['Webinars', 'Pricing'],
    Score: 7.5,
    Newsletter: true,
    'Last visit': 1_790_000_000,
  });
  // A field of leads is none of contacts.
  const wrong = await rest('PATCH', '/contacts', [
    { id: contactId, custom_fields_values: [{ field_id: 991_903, values: [{ value: '1' }] }] },
  ]);
  assert.deepEqual(column(at(wrong.body, 'validation-errors', 0, 'errors'), 'path'), [
    'custom_fields_values.0.field_id',
  ]);
  const gone = await rest('PATCH', '/contacts', [{ id: 5, responsible_user_id: 11_087_101 }]);
  assert.deepEqual(column(at(gone.body, 'validation-errors', 0, 'errors'), 'path'), ['id']);
});

test('a note on a contact goes to /contacts/notes, and is no note of its deal', async () => {
  const contactId = idAt(lead, 'contacts', 0, 'id');
  const params = { service: 'Tributary', text: 'Read everything' };
  const body = [{ entity_id: contactId, note_type: 'extended_service_message', params }];
  const made = await rest('POST', '/contacts/notes', body);
  assert.partialDeepStrictEqual(made.body, { _embedded: { notes: [{ entity_id: contactId, request_id: '0' }] } });
  const read = await rest('GET', '/contacts/notes?filter[note_type][]=extended_service_message&order[id]=desc');
  assert.partialDeepStrictEqual(read.body, { _embedded: { notes: [{ entity_id: contactId, params }] } });
  assert.deepEqual(sandbox.notes(lead.id), []);
  assert.partialDeepStrictEqual(sandbox.notes().at(-1), { entity: 'contacts', text: 'Read everything' });
  assert.match(await (await fetch(`${sandbox.url}/leads/${lead.id}`)).text(), /on Anna.*Read everything/s);
  const wrong = await rest('POST', '/contacts/notes', [{ ...body[0], entity_id: lead.id }]);
  assert.deepEqual(column(at(wrong.body, 'validation-errors', 0, 'errors'), 'path'), ['entity_id']);
});
