import { after } from 'node:test';
import { conformance } from '@tributary/connector-kit/conformance';
import { activityCall, json, RUN, stepCall } from '../test/calls.ts';
import { activityOf, closeOther, due, mergeOf, openSide } from '../test/support.ts';
import { ortto } from './index.ts';

const person = { id: '7000000000001', fields: { 'str::email': 'anna@example.com', 'str::first': 'Anna' } };
const requestedAt = new Date('2026-11-23T21:04:11.480Z');

conformance({
  connector: ortto,
  settings: {
    good: [
      { url: 'au', key: 'PRV-acme-abc' },
      { url: 'https://api.ap3api.com', key: 'PRV-acme-abc' },
      { url: 'http://127.0.0.1:8080/', key: 'abc' },
    ],
    bad: [{ url: 'au' }, { key: 'abc' }, { url: 'acme', key: 'abc' }, { url: 'https://a.b/c', key: 'x' }],
  },
  webhooks: {
    good: [
      { name: 'an activity', ...json(activityCall()), hints: ['activity 006500000000000000000001'] },
      { name: 'a step of a journey', ...json(stepCall), hints: [`step 690400000000000000000001/${RUN}/1`] },
      { name: 'the one that tries the address', ...json(activityCall({ field_id: 'act::test_webhook' })), hints: [] },
      { name: 'an activity of another kind', ...json(activityCall({ field_id: 'act:cm:demo-booked' })), hints: [] },
    ],
    large: (values) => ({
      ...json(
        activityCall({ attr: Object.fromEntries(Array.from({ length: values }, (_, i) => [`str:cm:${i}`, 'x'])) }),
      ),
      hints: 1,
    }),
  },
  heard: [],
  actions: {
    merge: {
      good: {
        ...{ fields: 'str::first, str:cm:plan', 'str:cm:stage': 'Won', 'int:cm:seats': '40', tags: 'Trial, Hot' },
        ...{ strategy: '1', skipNonExisting: 'true' },
      },
      bad: [
        { fields: '' },
        { fields: 'first' },
        { fields: 'int::e' },
        { 'int:cm:seats': 'many' },
        { strategy: 4 },
        { mergeBy: 'str::email,str::ei,phn::phone,str:cm:a' },
        { skipNonExisting: 'perhaps' },
        { 'str:o:name': 'Acme' },
      ],
    },
    activity: {
      good: { activity: 'act:cm:demo-booked', 'str:cm:place': 'Lisbon', 'int::v': 15_300 },
      bad: [{}, { activity: 'demo booked' }, { activity: 'act:oc:renewed' }, { activity: 'act:cm:x', place: 'Lisbon' }],
    },
  },
  moments: {
    good: { person, entry: undefined, requestedAt },
    impossible: { person: { id: '1', fields: {} }, entry: undefined, requestedAt },
  },
  async open() {
    const side = await openSide();
    const [anna, ben, eve] = ['anna', 'ben', 'eve'].map(side.email) as [string, string, string];
    const writes = [
      mergeOf(1, anna, { fields: { 'str::first': 'Anna', 'sst:cm:brands': ['Acme'] }, tags: ['Trial'] }),
      mergeOf(2, ben, { strategy: 1, fields: { 'str:cm:plan': 'Paid' } }),
      activityOf(1, anna),
      activityOf(2, ben, { attributes: {} }),
      activityOf(3, eve),
    ];
    return {
      session: side.session,
      writes: writes.map((write, i) => {
        const { uncertain: _, ...rest } = due(write, i + 1);
        return rest;
      }),
      written: side.people,
      loseNextAnswer: () => side.line.loseNext(1),
      close: side.close,
    };
  },
});

after(closeOther);
