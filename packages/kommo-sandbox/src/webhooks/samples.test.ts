import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Receiver } from '../../test/support.ts';
import { client, pairs, startReceiver } from '../../test/support.ts';
import type { KommoSandbox, Seed } from '../index.ts';
import { startKommoSandbox } from '../index.ts';

/**
 * Bodies against the samples of Kommo's page and of public captures, with
 * their ids (Kommo, webhooks-general): same names, same order, same values.
 */
const seed: Seed = {
  account: { id: 900, name: 'Acme', subdomain: 'acme' },
  users: [
    { id: 11, name: 'Maya Torres', email: 'maya@acme.example', is_admin: true },
    { id: 12, name: 'Daniel Novak', email: 'daniel@acme.example' },
  ],
  pipelines: [
    {
      id: 301,
      name: 'Sales',
      incomingId: 2000,
      stages: [
        { id: 2001, name: 'New lead' },
        { id: 2002, name: 'Qualification' },
      ],
    },
  ],
  fields: [
    { id: 71, owner: 'leads', name: 'Source', type: 'select', enums: [{ id: 555, value: 'Site' }] },
    { id: 72, owner: 'leads', name: 'Visit', type: 'date' },
    { id: 73, owner: 'contacts', name: 'Size', type: 'radiobutton', enums: [{ id: 566, value: '2' }] },
  ],
  firstIds: { lead: 101, contact: 5, note: 44, task: 9 },
};
const everything = [
  ...['add_lead', 'update_lead', 'status_lead', 'responsible_lead', 'delete_lead', 'note_lead'],
  ...['delete_contact', 'restore_contact'],
  ...['add_contact', 'update_contact', 'note_contact', 'add_company', 'add_task', 'update_task', 'responsible_task'],
];

let sandbox: KommoSandbox;
let receiver: Receiver;
let rest: ReturnType<typeof client>;

before(async () => {
  receiver = await startReceiver();
  sandbox = await startKommoSandbox({ seed, now: () => new Date(1_790_000_000_000), requestsPerSecond: 0 });
  rest = client(sandbox);
  await rest('POST', '/webhooks', { destination: receiver.url, settings: everything });
});
after(async () => {
  await sandbox.close();
  await receiver.close();
});

/** The bodies that came of some work, each as its decoded pairs without the account block. */
async function told(work: () => unknown): Promise<string[][]> {
  receiver.received.length = 0;
  await work();
  await sandbox.settled();
  return receiver.received.map(({ body }) =>
    pairs(body)
      .filter(([key]) => !key.startsWith('account['))
      .map(([key, value]) => `${key}=${value}`),
  );
}

const under = (prefix: string, lines: string[]) => lines.map((line) => `${prefix}${line}`);

test('a lead is added', async () => {
  const bodies = await told(() =>
    sandbox.addLead({ name: 'New lead', price: 500, customFields: { Source: 'Site', Visit: 1_790_003_600 } }),
  );
  assert.deepEqual(bodies, [
    under('leads[add][0]', [
      ...['[id]=101', '[name]=New lead', '[status_id]=2001', '[price]=500', '[responsible_user_id]=11'],
      ...['[last_modified]=1790000000', '[modified_user_id]=11', '[created_user_id]=11', '[date_create]=1790000000'],
      ...['[pipeline_id]=301', '[account_id]=900', '[custom_fields][0][id]=71', '[custom_fields][0][name]=Source'],
      ...['[custom_fields][0][values][0][value]=Site', '[custom_fields][0][values][0][enum]=555'],
      ...['[custom_fields][1][id]=72', '[custom_fields][1][name]=Visit', '[custom_fields][1][values][0]=1790003600'],
      ...['[created_at]=1790000000', '[updated_at]=1790000000'],
    ]),
  ]);
  const [first] = receiver.received;
  assert.ok(first);
  assert.ok(first.body.startsWith('leads%5Badd%5D%5B0%5D%5Bid%5D=101&leads%5Badd%5D%5B0%5D%5Bname%5D=New+lead&'));
  assert.ok(
    first.body.endsWith(
      `&${new URLSearchParams({ 'account[subdomain]': 'acme', 'account[id]': '900', 'account[_links][self]': sandbox.url })}`,
    ),
  );
  assert.equal(first.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.equal(first.headers['user-agent'], 'amoCRM-WebHook-client/2.0');
});

test('a stage change is told twice: as a status with the old stage, and as an update', async () => {
  const [status, update, ...more] = await told(() => sandbox.moveLead(101, 2002));
  assert.equal(more.length, 0);
  assert.deepEqual(status?.slice(0, 5), [
    ...['leads[status][0][id]=101', 'leads[status][0][name]=New lead', 'leads[status][0][status_id]=2002'],
    ...['leads[status][0][old_status_id]=2001', 'leads[status][0][price]=500'],
  ]);
  assert.equal(status?.at(-1), 'leads[status][0][old_pipeline_id]=301');
  assert.ok(update?.every((line) => line.startsWith('leads[update][0]')));
});

test('a lead changes hands: the old user is named, and the old stage too although it did not change', async () => {
  const [responsible] = await told(() => sandbox.updateLead(101, { responsibleUserId: 12 }));
  assert.ok(responsible?.includes('leads[responsible][0][responsible_user_id]=12'));
  assert.ok(responsible?.includes('leads[responsible][0][old_status_id]=2002'));
  assert.equal(responsible?.at(-1), 'leads[responsible][0][old_responsible_user_id]=11');
});

test('several deals moved at once come in one body for each action', async () => {
  sandbox.addLead({ name: 'Second' });
  await sandbox.settled();
  const bodies = await told(() =>
    sandbox.moveLeads([
      { id: 101, statusId: 142 },
      { id: 102, statusId: 143 },
    ]),
  );
  const ids = bodies.map((lines) => lines.filter((line) => /^leads\[\w+\]\[\d\]\[id\]=/.test(line)));
  assert.deepEqual(ids, [
    ['leads[status][0][id]=101', 'leads[status][1][id]=102'],
    ['leads[update][0][id]=101', 'leads[update][1][id]=102'],
  ]);
});

test('a contact: a radio button is one object, linked leads are a map by number', async () => {
  const [added] = await told(() =>
    sandbox.addLead({
      name: 'Third',
      contact: { name: 'Anna', email: 'anna@example.com', customFields: { Size: '2' } },
    }),
  );
  const lines = added ?? [];
  assert.ok(lines.includes('contacts[add][0][custom_fields][0][code]=EMAIL'));
  assert.ok(lines.includes('contacts[add][0][custom_fields][0][values][0][value]=anna@example.com'));
  assert.ok(lines.includes('contacts[add][0][custom_fields][1][values][value]=2'));
  assert.ok(lines.includes('contacts[add][0][custom_fields][1][values][enum]=566'));
  assert.ok(lines.includes('contacts[add][0][linked_leads_id][103][ID]=103'));
  assert.equal(lines.at(-1), 'contacts[add][0][type]=contact');
  const [handed] = await told(() => sandbox.updateContact(5, { responsibleUserId: 12 }));
  assert.ok(handed?.includes('contacts[update][0][old_responsible_user_id]=11'));
});

test('a company comes in the group of contacts', async () => {
  const [added] = await told(() => rest('POST', '/companies', [{ name: 'Brightwater' }]));
  assert.equal(added?.at(-1), 'contacts[add][0][type]=company');
});

test('a note on a lead', async () => {
  const [note] = await told(() =>
    rest('POST', '/leads/notes', [{ entity_id: 101, note_type: 'common', params: { text: 'hi' } }]),
  );
  assert.deepEqual(
    note,
    under('leads[note][0][note]', [
      ...['[id]=44', '[note_type]=4', '[text]=hi', '[element_type]=2', '[element_id]=101'],
      '[metadata]={"event_source":{"id":11,"author_name":"Maya Torres","type":1}}',
    ]),
  );
});

test('a task is added, handed over and done', async () => {
  const body = [{ text: 'Call', complete_till: 1_790_086_400, entity_id: 101, entity_type: 'leads' }];
  const [added] = await told(() => rest('POST', '/tasks', body));
  const expected = ['[id]=9', '[element_id]=101', '[element_type]=2', '[task_type]=1', '[status]=0'];
  for (const line of [...expected, '[complete_till]=2026-09-22 14:13:20', '[complete_before]=1790086400']) {
    assert.ok(added?.includes(`task[add][0]${line}`), line);
  }
  const [handed, ...twice] = await told(() => rest('PATCH', '/tasks/9', { responsible_user_id: 12 }));
  assert.equal(twice.length, 0, 'one body, although both update_task and responsible_task were asked for');
  assert.deepEqual(
    handed?.slice(-3),
    under('task[update][0]', ['[old_responsible_user_id]=11', '[main_user]=12', '[modified_by]=11']),
  );
  const [done] = await told(() => sandbox.completeTask(9, 'She said yes'));
  for (const line of ['[status]=1', '[action_close]=1', '[result][text]=She said yes', '[old_text]=Call']) {
    assert.ok(done?.includes(`task[update][0]${line}`), line);
  }
});

test('a lead is deleted: three fields and no more', async () => {
  assert.deepEqual(await told(() => sandbox.deleteLead(101)), [
    under('leads[delete][0]', ['[id]=101', '[status_id]=142', '[pipeline_id]=301']),
  ]);
  assert.equal((await rest('GET', '/leads/101')).status, 204);
});

test('a contact is deleted: its id and what it is; its lead loses it in silence, and restoring does not give it back', async () => {
  await told(() => sandbox.addLead({ name: 'Brightwater', contact: { first_name: 'Ida' } }));
  const lead = sandbox.leads().at(-1)!;
  const { id } = lead.contacts[0]!;
  const updatedAt = lead.updatedAt;
  assert.deepEqual(await told(() => sandbox.deleteContact(id)), [
    under('contacts[delete][0]', [`[id]=${id}`, '[type]=contact']),
  ]);
  assert.equal((await rest('GET', `/contacts/${id}`)).status, 404);
  assert.deepEqual([sandbox.lead(lead.id)?.contacts, sandbox.lead(lead.id)?.updatedAt], [[], updatedAt]);
  const [restored] = await told(() => sandbox.restoreContact(id));
  assert.ok(restored?.includes(`contacts[restore][0][id]=${id}`));
  assert.equal((await rest('GET', `/contacts/${id}`)).status, 200);
  assert.deepEqual(sandbox.lead(lead.id)?.contacts, []);
});

test('what is in the bin takes no change, no note and no task', async () => {
  const { id } = sandbox.addLead({ name: 'Brightwater' });
  sandbox.deleteLead(id);
  const note = { entity_id: id, note_type: 'common', params: { text: 'hi' } };
  const task = { entity_id: id, entity_type: 'leads', text: 'Call', complete_till: 1_790_086_400 };
  const answers = [
    await rest('PATCH', '/leads', [{ id, price: 5 }]),
    await rest('POST', '/leads/notes', [note]),
    await rest('POST', '/tasks', [task]),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [400, 400, 400],
  );
});
