import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Reading } from '@tributary/connector-kit';
import { createMemory } from '@tributary/connector-kit/testing';
import { type Account, due, openAccount, taskOn } from '../../test/support.ts';
import { kommo } from '../connector.ts';
import { type LeadTask, taskDone } from './tasks.ts';

const anna = { first_name: 'Anna', email: 'anna@example.com' };

describe('tasks that are done in Kommo', () => {
  let account: Account;
  before(async () => {
    account = await openAccount();
    await account.session.setUp(account.webhookUrl);
  });
  after(() => account.close());
  beforeEach(async () => {
    await account.hooks();
    account.renew();
    account.intercept(undefined);
    account.logged.length = 0;
  });

  /** A deal that has been read, with a task on it. */
  async function taskOfDeal(contact: Record<string, string> | undefined = anna) {
    const deal = account.sandbox.addLead({ name: 'Larkspur', ...(contact && { contact }) });
    await account.read();
    await account.write([due(taskOn(deal.id, `Call about ${deal.id}`), deal.id)]);
    await account.hooks();
    account.sandbox.clearLogs();
    const [task] = account.sandbox.tasks(deal.id);
    return { deal, task: task! };
  }
  const activitiesOf = ({ items }: Reading) => items.flatMap(({ activity }) => activity ?? []);
  /** The tasks that are found to be done. */
  async function caughtUp(): Promise<unknown[]> {
    const items = await account.caughtUp();
    return items.flatMap(({ activity }) => activity?.attributes['str:cm:task-id'] ?? []);
  }

  test('are told of the deal’s main contact, with what was written about it, once', async () => {
    const { deal, task } = await taskOfDeal();
    account.sandbox.completeTask(task.id, 'She wants a demo');
    const hooks = await account.hooks();
    assert.deepEqual(
      hooks.map(({ kind, id, said }) => `${kind} ${id} ${said.action}`),
      [`task ${task.id} done`],
    );
    const reading = await account.read(hooks);
    assert.equal(reading.items.length, 1);
    const [{ who, fields, activity }] = reading.items as [Reading['items'][number]];
    assert.deepEqual(who, { by: ['str::email', 'str:cm:kommo-contact-id'] });
    assert.equal(fields['str::email'], 'anna@example.com');
    const at = activity?.at?.getTime();
    assert.equal(Math.floor(at! / 1000) * 1000, account.sandbox.tasks(deal.id)[0]!.updatedAt.getTime());
    assert.deepEqual(activity, {
      id: 'act:cm:crm-task-done',
      attributes: {
        'str:cm:lead-id': String(deal.id),
        'str:cm:task-id': String(task.id),
        'str:cm:task': `Call about ${deal.id}`,
        'str:cm:task-result': 'She wants a demo',
        'str:cm:responsible-user-id': String(task.responsibleUserId),
      },
      at: new Date(at!),
      key: `kommo:task:${task.id}`,
    });
    assert.deepEqual(account.requests(), ['GET /tasks']);
    account.renew();
    assert.deepEqual((await account.read(hooks)).items, []);
    assert.deepEqual(account.requests(), ['GET /tasks'], 'who was told is remembered');
  });

  test('are done at the end of Kommo’s second, after all else that it tells of then, and never in our future', () => {
    const second = Date.parse('2026-03-02T08:00:05Z');
    const task = { id: 9, entity_type: 'leads', entity_id: 1, updated_at: second / 1000 } as LeadTask;
    const atOf = (now: number) => taskDone(task, new Date(now)).at?.getTime();
    assert.equal(atOf(second + 60_000), second + 999);
    assert.equal(atOf(second + 250), second + 250);
    assert.equal(atOf(second - 5000), second - 5000, 'Kommo’s clock is ahead');
  });

  test('without an answer have an empty one; one that is only handed over, or on a contact, is none', async () => {
    const { task } = await taskOfDeal();
    account.sandbox.completeTask(task.id);
    assert.equal(activitiesOf(await account.read())[0]?.attributes['str:cm:task-result'], '');
    const update = (more: string) =>
      account.read(kommo.parseWebhook(`task[update][0][id]=1&${more}`, 'application/x-www-form-urlencoded'));
    account.sandbox.clearLogs();
    for (const more of [
      'task[update][0][status]=0&task[update][0][element_type]=2',
      'task[update][0][status]=1&task[update][0][element_type]=1',
    ])
      assert.deepEqual((await update(more)).items, []);
    assert.deepEqual(account.requests(), []);
  });

  test('that a webhook says are done, and REST says are not, are none', async () => {
    const { task } = await taskOfDeal();
    const said = { action: 'done' };
    assert.deepEqual((await account.read([{ kind: 'task', id: String(task.id), said }])).items, []);
    assert.deepEqual((await account.read([{ kind: 'task', id: '987654', said }])).items, []);
    const [id, entity_type] = [987_655, 'leads'];
    account.intercept(({ url }) =>
      url.includes('/tasks')
        ? {
            status: 200,
            headers: { 'content-type': 'application/hal+json' },
            body: JSON.stringify({ _embedded: { tasks: [{ id, entity_type, is_completed: true }] } }),
          }
        : undefined,
    );
    assert.deepEqual((await account.read([{ kind: 'task', id: String(id), said }])).items, [], 'it is on no deal');
    assert.deepEqual(account.logged, []);
    account.intercept(undefined);
    account.sandbox.completeTask(task.id);
    assert.equal(activitiesOf(await account.read()).length, 1);
  });

  test('of a deal that was never read are told with the deal; of one without a contact, the log says so', async () => {
    const { task } = await taskOfDeal();
    account.sandbox.completeTask(task.id);
    const hooks = await account.hooks();
    const told = activitiesOf(await account.session.read(hooks, createMemory())).map(({ id }) => id);
    assert.ok(told.includes('act:cm:crm-task-done'), told.join());
    const alone = account.sandbox.addLead({ name: 'Nobody yet' });
    await account.read();
    await account.write([due(taskOn(alone.id), alone.id)]);
    account.sandbox.completeTask(account.sandbox.tasks(alone.id)[0]!.id);
    assert.deepEqual((await account.read()).items, []);
    assert.match(account.logged.join(), /a task of a deal without a contact/i);
  });

  test('whose webhook was lost are found among the events, once', async () => {
    account.advance(60_000);
    const { task } = await taskOfDeal();
    await caughtUp();
    account.advance(60_000);
    account.sandbox.completeTask(task.id, 'Done');
    await account.hooks();
    account.advance(60_000);
    assert.deepEqual(await caughtUp(), [String(task.id)]);
    account.advance(60_000);
    assert.deepEqual(await caughtUp(), []);
  });
});
