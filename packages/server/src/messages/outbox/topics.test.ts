import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicAudienceId } from '../../audiences/index.ts';
import { eventually } from '../test/eventually.ts';
import { startSmtp, type TestSmtp } from '../test/smtp-server.ts';
import { createWorld, type TestProcess, type World } from '../test/world.ts';

describe('mail about a topic', () => {
  let world: World;
  let smtp: TestSmtp;
  let process: TestProcess;
  let topic: string;
  let anna: string;
  let ben: string;
  before(async () => {
    world = await createWorld();
    smtp = await startSmtp();
    process = await world.process({ smtp: smtp.url });
    anna = await world.person({ 'str::email': 'anna@example.com', 'str::first': 'Anna' });
    ben = await world.person({ 'str::email': 'ben@example.com', 'str::first': 'Ben' });
    const filter = { '$str::is': { field_id: 'str::first', value: 'Anna' } };
    topic = publicAudienceId(await world.audiences.create(world.workspaceId, { name: 'News', filter }));
    const building = world.audiences.start();
    await eventually('it is built', async () => (await world.audiences.find(world.workspaceId, topic)).ready);
    await building.close();
  });
  after(async () => {
    await process.stop();
    await smtp.close();
    await world.close();
  });

  test('goes to whoever belongs to its audience, named or by id', async () => {
    for (const named of ['News', topic]) {
      await world.queue(anna, { rules: { cap: 'none', topic: named } });
      await world.message(anna, 'sent');
    }
  });

  test('and to nobody else, whose timeline says why', async () => {
    await world.queue(ben, { rules: { cap: 'none', topic } });
    assert.equal((await world.message(ben, 'skipped')).reason, 'the person does not belong to "News"');
    const [newest] = await world.timeline(ben);
    assert.deepEqual(
      [newest?.activityId, newest?.attributes['str::rn']],
      ['act::sk', 'the person does not belong to "News"'],
    );
  });

  test('nor to whoever has said no to it after it was asked for; a receipt goes all the same', async () => {
    await process.stop();
    await world.queue(anna, { rules: { cap: 'none', topic }, key: 'news' });
    await world.audiences.subscribe(world.workspaceId, topic, [{ personId: anna, subscribed: false }]);
    process = await world.process({ smtp: smtp.url });
    assert.equal((await world.message(anna, 'skipped')).reason, 'the person has unsubscribed from "News"');
    await world.queue(anna, { rules: { transactional: true, topic } });
    await world.message(anna, 'sent');
  });
});
