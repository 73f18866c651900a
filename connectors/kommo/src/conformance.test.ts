import type { DueWrite, Heard } from '@tributary/connector-kit';
import { conformance } from '@tributary/connector-kit/conformance';
import { lead, openAccount } from '../test/support.ts';
import { kommo } from './index.ts';
import { writeOf } from './speech/writes.ts';

const form = 'application/x-www-form-urlencoded';
const at = new Date('2026-11-23T21:04:11.480Z');
const person = { id: '1', fields: { 'str:cm:kommo-lead-id': '101' } };

const heard = (activityId: string, id: string, attributes: Heard['attributes'] = {}): Heard => ({
  ...{ id, activityId, at, attributes, person },
  entry: undefined,
});

conformance({
  connector: kommo,
  settings: {
    good: [
      { url: 'https://acme.kommo.com', token: 'abc' },
      { url: 'http://127.0.0.1:4100/', token: 'abc' },
    ],
    bad: [
      { url: 'https://acme.kommo.com' },
      { token: 'abc' },
      { url: 'acme', token: 'abc' },
      { url: 'https://a.b/c', token: 'x' },
    ],
  },
  webhooks: {
    good: [
      { name: 'a stage change', body: 'leads%5Bstatus%5D%5B0%5D%5Bid%5D=101', contentType: form, hints: ['lead 101'] },
      {
        name: 'a deal and its contact, and a company',
        body: 'leads[add][0][id]=1&contacts[add][0][id]=2&contacts[add][0][type]=contact&contacts[add][1][id]=3&contacts[add][1][type]=company',
        contentType: `${form}; charset=utf-8`,
        hints: ['lead 1', 'contact 2'],
      },
      {
        name: 'a task, which is nothing to us',
        body: 'task[add][0][id]=9&account[id]=1',
        contentType: form,
        hints: [],
      },
    ],
    large(values) {
      const pairs = Array.from({ length: values }, (_, i) => `leads%5Bupdate%5D%5B${i}%5D%5Bid%5D=${i + 1}`);
      return { body: pairs.join('&'), contentType: form, hints: values };
    },
  },
  heard: [
    { heard: heard('act::o', '11', { 'str::s': 'Hello' }), writes: 2 },
    { heard: heard('act::re', '20', { 'str::s': 'Hello' }), writes: 2 },
    { heard: heard('act::o', '12', { 'str::s': 'Hello', 'bol::m': true }), writes: 0 },
    { heard: heard('act::c', '13', { 'str::s': 'Hello', 'str::c': 'https://example.com' }), writes: 2 },
    { heard: heard('act::c', '14', { 'bol::m': true }), writes: 0 },
    { heard: heard('act::u-all', '15'), writes: 2 },
    { heard: heard('act::s-ab', '21'), writes: 2 },
    { heard: heard('act::s-all', '16'), writes: 2 },
    { heard: heard('act::b', '17', { 'str::br': 'mailbox is full' }), writes: 2 },
    { heard: { ...heard('act::o', '18'), person: { id: '1', fields: {} } }, writes: 0 },
  ],
  actions: {
    task: {
      good: { text: 'Call Anna', dueInHours: 4, type: 'meeting' },
      bad: [{}, { text: '' }, { text: 'x', dueInHours: -1 }, { text: 'x', type: 'call' }],
    },
    note: { good: { text: 'Hot' }, bad: [{}, { text: 7 }, { text: ' ' }] },
    field: {
      good: { field: 'Seats', value: 40 },
      bad: [
        { field: 'Seats' },
        { value: 1 },
        { field: 'Seats', value: ' ' },
        { field: '', value: 1 },
        { field: 1.5, value: 1 },
        { on: 'company', field: 'Seats', value: 1 },
      ],
    },
    stage: {
      good: { stage: 'Negotiation', pipeline: 'Sales', reopen: 'true' },
      bad: [{}, { stage: '' }, { pipeline: 'Sales' }, { stage: true }, { stage: 'x', reopen: 'perhaps' }],
    },
    responsible: { good: { user: 11_087_102 }, bad: [{}, { user: ' ' }, { user: -1 }, { user: {} }] },
  },
  moments: {
    good: { person, entry: undefined, requestedAt: at },
    impossible: { person: { id: '1', fields: {} }, entry: undefined, requestedAt: at },
  },
  async open() {
    const account = await openAccount();
    const first = lead(account.sandbox.addLead({ name: 'Deal 1', contact: { name: 'P' } }).id);
    const second = lead(account.sandbox.addLead({ name: 'Deal 2', contact: { name: 'Q' } }).id);
    const contact = { kind: 'contact', id: String(account.sandbox.contacts()[0]?.id) } as const;
    const moment = at.toISOString();
    const writes: Omit<DueWrite, 'key' | 'id' | 'uncertain'>[] = [
      writeOf('stage', first, { stage: 'Negotiation', reopen: false, at: moment }),
      writeOf('note', first, { text: 'Opened · 23 Nov 2026, 21:04:11 UTC', at: moment }),
      writeOf('note', second, { text: 'Opened · 23 Nov 2026, 21:04:11 UTC', at: moment }),
      writeOf('note', contact, { text: 'Opened · 23 Nov 2026, 21:04:11 UTC', at: moment }),
      writeOf('field', first, { field: 'Email activity', value: 'Opened', at: moment }),
      writeOf('field', first, { field: 'Email status', value: 'Unsubscribed', at: moment }),
      writeOf('field', contact, { field: 'Role', value: 'buyer', at: moment }),
      writeOf('task', second, { text: 'Call', completeTill: 1_795_000_000, taskType: 1 }),
      writeOf('task', first, { text: 'Call', completeTill: 1_795_000_000, taskType: 1 }),
      writeOf('responsible', second, { user: 'Daniel Novak', at: moment }),
    ];
    return {
      session: account.session,
      writes: writes.map((write, i) => ({ ...write, id: String(i + 1), key: `key ${i + 1}` })),
      written: () => ({
        notes: account.sandbox
          .notes()
          .map(({ entityId, text }) => `${entityId} ${text}`)
          .sort(),
        tasks: account.sandbox
          .tasks()
          .map(({ entityId, text }) => `${entityId} ${text}`)
          .sort(),
        leads: account.sandbox
          .leads()
          .map(({ customFields, status, responsibleUser }) => ({ customFields, status, responsibleUser })),
        contacts: account.sandbox.contacts().map(({ customFields }) => customFields),
        // In any order: each happens once.
        happened: account.sandbox
          .events()
          .map(({ type, entityId }) => `${type} ${entityId}`)
          .filter((event) => !event.includes('_added'))
          .sort(),
      }),
      loseNextAnswer() {
        account.intercept(({ method }) => {
          if (method === 'GET') return undefined;
          account.intercept(undefined);
          account.sandbox.faults.set({ loseNext: 1 });
          return undefined;
        });
      },
      close: account.close,
    };
  },
});
