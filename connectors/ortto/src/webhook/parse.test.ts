import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadWebhook } from '@tributary/connector-kit';
import { activityCall, CONTACT, RUN, stepCall } from '../../test/calls.ts';
import { parseWebhook } from './parse.ts';

const read = (body: object) => parseWebhook(JSON.stringify(body), 'application/json');
const saidIn = (body: object) => read(body)[0]?.said;

test('an activity: who, what, when, and what is known of it; ids of things over there are left out', () => {
  assert.deepEqual(read(activityCall()), [
    {
      kind: 'activity',
      id: '006500000000000000000001',
      said: {
        ...{ contactId: CONTACT, email: 'anna@example.com', activity: 'act::o', at: '2026-11-20T04:11:23Z' },
        attributes: '{"str::cn":"News","str::s":"Hello","bol::m":false}',
      },
    },
  ]);
});

test('a step of a journey: its names, and the fields that were sent along, whatever they are called', () => {
  const { contact_id, email, ...flat } = stepCall;
  const extras = { 'Lead id': '17', deal_value: 12.5, won: true, nothing: null, place: { name: 'Lisbon' }, '': 'x' };
  const said = {
    ...{ contactId: CONTACT, email: 'anna@example.com', at: '2026-11-20T05:35:39.96729118Z' },
    ...{ campaign: 'Follow-up', shape: 'Call her', webhook: 'Task in Kommo' },
    extras: '{"str:cm:lead-id":"17","str:cm:deal-value":"12.5","str:cm:won":"true"}',
  };
  assert.deepEqual(saidIn({ ...stepCall, ...extras }), said, 'at the top');
  assert.deepEqual(saidIn({ ...flat, contact: { contact_id, email, ...extras } }), said, 'in the contact');
});

test('a step that tells the activity it began with is a step, and one of a playbook is one as well', () => {
  const [hint] = read({ ...stepCall, ...activityCall({ field_id: 'act:cm:crm-stage-changed' }) });
  assert.equal(hint?.kind, 'step');
  const { shape_id: _, shape_title: __, ...rest } = stepCall;
  const [action] = read({ ...rest, action_id: '7', action_name: 'Tell us' });
  assert.deepEqual([action?.id, action?.said.shape], [`690400000000000000000001/${RUN}/7`, 'Tell us']);
});

test('ids may be numbers, and where no run is told, the next time a person comes to the step is another', () => {
  const [numbered] = read({ ...stepCall, shape_id: 1, run_id: 17, webhook_id: 4, contact_id: 5 });
  assert.deepEqual([numbered?.id, numbered?.said.contactId], ['4/17/1', '5']);
  const idAt = (time: string) => read({ ...stepCall, run_id: undefined, time })[0]?.id;
  assert.equal(idAt('2026-11-20T05:35:39Z'), idAt('2026-11-20T05:35:39Z'));
  assert.notEqual(idAt('2026-11-20T05:35:39Z'), idAt('2026-11-27T05:35:39Z'));
});

test('more than ten fields, and long ones, are cut to what Ortto sends', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`field ${i}`, 'y'.repeat(5_000)]));
  const extras = JSON.parse(saidIn({ ...stepCall, ...many })!.extras!) as Record<string, string>;
  assert.deepEqual([Object.keys(extras).length, extras['str:cm:field-0']!.length], [10, 255]);
});

test('what can not be a webhook of Ortto is refused with the reason', () => {
  const { contact_id: _, email: __, ...nobody } = stepCall;
  for (const [body, why] of [
    [[], /JSON object/],
    [{}, /Neither/],
    [activityCall({ created: 'yesterday' }), /Neither/],
    [activityCall({}, { contact_id: '', email: null }), /nobody/],
    [nobody, /nobody/],
    [{ ...stepCall, time: undefined }, /Neither/],
  ] as const) {
    assert.throws(
      () => read(body),
      (error) => error instanceof BadWebhook && why.test(error.message),
      JSON.stringify(body),
    );
  }
});
