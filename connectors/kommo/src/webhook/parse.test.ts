import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BadWebhook } from '@tributary/connector-kit';
import { parseWebhook } from './parse.ts';

const form = 'application/x-www-form-urlencoded';
const hintsOf = (body: string, contentType = form) =>
  parseWebhook(body, contentType).map(({ kind, id, said }) => `${kind} ${id} ${said.action}`);

describe("Kommo's webhooks", () => {
  test('a stage change names the deal, its stages and the account', () => {
    const body =
      'leads%5Bstatus%5D%5B0%5D%5Bid%5D=101&leads%5Bstatus%5D%5B0%5D%5Bname%5D=Anna%27s+deal&leads%5Bstatus%5D%5B0%5D%5Bstatus_id%5D=2002' +
      '&leads%5Bstatus%5D%5B0%5D%5Bold_status_id%5D=2001&leads%5Bstatus%5D%5B0%5D%5Bprice%5D=12000&leads%5Bstatus%5D%5B0%5D%5Blast_modified%5D=1790000000' +
      '&leads%5Bstatus%5D%5B0%5D%5Bpipeline_id%5D=301&account%5Bid%5D=900&account%5Bsubdomain%5D=acme';
    assert.deepEqual(parseWebhook(body, `${form}; charset=UTF-8`), [
      {
        kind: 'lead',
        id: '101',
        said: {
          ...{ action: 'status', status_id: '2002', old_status_id: '2001', pipeline_id: '301', price: '12000' },
          ...{ name: "Anna's deal", updated_at: '1790000000', account_id: '900', subdomain: 'acme' },
        },
      },
    ]);
  });

  test('several deals and several actions in one body are all read', () => {
    const body =
      'leads[add][0][id]=1&leads[status][0][id]=2&leads[status][1][id]=3&leads[delete][0][id]=4&contacts[add][0][id]=5';
    assert.deepEqual(hintsOf(body), ['lead 1 add', 'lead 2 status', 'lead 3 status', 'lead 4 delete', 'contact 5 add']);
  });

  test('companies come in the group of contacts and are passed over', () => {
    const body =
      'contacts[add][0][id]=5&contacts[add][0][type]=company&contacts[update][0][id]=6&contacts[update][0][type]=contact';
    assert.deepEqual(hintsOf(body), ['contact 6 update']);
  });

  test('a note names its deal; a note of a contact names none', () => {
    const note = (type: number) =>
      `leads[note][0][note][id]=44&leads[note][0][note][element_type]=${type}&leads[note][0][note][element_id]=101`;
    assert.deepEqual(hintsOf(note(2)), ['lead 101 note']);
    assert.deepEqual(hintsOf(note(1)), []);
  });

  test('fields in all three shapes, and maps keyed by id, do not disturb', () => {
    const body =
      'contacts[add][0][id]=5&contacts[add][0][custom_fields][0][values][0][value]=x&contacts[add][0][custom_fields][1][values][0]=1790003600' +
      '&contacts[add][0][custom_fields][2][values][value]=2&contacts[add][0][linked_leads_id][18420001][ID]=18420001';
    assert.deepEqual(hintsOf(body), ['contact 5 add']);
  });

  test('what Kommo tells of other things is no hint and no fault', () => {
    assert.deepEqual(hintsOf('task[add][0][id]=9&account[id]=900'), []);
    assert.deepEqual(hintsOf('message[add][0][id]=9'), []);
  });

  test('ids that are no ids are passed over', () => {
    const ids = ['', 'x', '-1', '0', '1.5', '1e3', '0x10', '12345678901234567890', ' 1', '__proto__'];
    assert.deepEqual(hintsOf(ids.map((id, i) => `leads[add][${i}][id]=${encodeURIComponent(id)}`).join('&')), []);
  });

  test('the Digital Pipeline is read as a form and as JSON, and so is the trigger of a widget', () => {
    const pipeline = {
      leads: { status: [{ id: 101, status_id: 2002, old_status_id: 2001, pipeline_id: 301 }] },
      account: { id: 900 },
    };
    assert.deepEqual(parseWebhook(JSON.stringify(pipeline), 'application/json'), [
      {
        kind: 'lead',
        id: '101',
        said: { action: 'status', status_id: '2002', old_status_id: '2001', pipeline_id: '301', account_id: '900' },
      },
    ]);
    const trigger = {
      event: { data: { id: 101, element_type: 2, status_id: 2002 } },
      account_id: 900,
      subdomain: 'acme',
    };
    assert.deepEqual(hintsOf(JSON.stringify(trigger), 'application/json'), ['lead 101 status']);
  });

  test('what is not from Kommo is refused with the reason', () => {
    assert.throws(
      () => hintsOf('hello=world'),
      (error) => error instanceof BadWebhook && /no webhook of Kommo/.test(error.message),
    );
    assert.throws(
      () => hintsOf('{"hello":"world"}', 'application/json'),
      (error) => error instanceof BadWebhook && /forms/.test(error.message),
    );
    assert.throws(() => hintsOf('leads[add][0][id]=1', 'application/json'), BadWebhook);
    assert.throws(() => hintsOf(''), BadWebhook);
  });
});
