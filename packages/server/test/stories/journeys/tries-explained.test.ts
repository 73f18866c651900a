import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { DAY, HOUR } from '../../support/world.ts';

const by = 'somebody';
const me = 'me@example.com';

describe('what is explained beside tries, and of earlier versions', () => {
  let world: JourneyWorld;
  before(async () => {
    world = await openJourneyWorld();
    const people = [{ fields: { 'str::email': me, 'bol::p': true } }];
    await world.call('POST', '/v1/person/merge', { people, merge_by: ['str::email'] });
  });
  after(() => world?.close());

  const manage = () => world.tributary.journeys.manage;
  const trying = (name: string) =>
    manage().try(world.ws, { name }, { who: { email: me }, entry: {}, skipWaits: false, by });
  const explained = async (query: Record<string, string>, email = me) => {
    const { status, json } = await world.call('GET', `/api/people/${email}/explain?${new URLSearchParams(query)}`);
    assert.equal(status, 200, JSON.stringify(json));
    assert.equal(json.journeys.length, 1);
    return json.journeys[0];
  };

  test('a try of what was never published is, and its mail', async () => {
    const name = 'Draft';
    await manage().create(world.ws, welcome({ name }), { by });
    await trying(name);
    await world.quiet();
    const { runs, lines, journey } = await explained({ journey: name });
    assert.equal(journey.version, null);
    assert.match(lines[1], /^entered on \S+ \S+ UTC as a try$/);
    const [message] = runs[0].messages;
    const ofMessage = await explained({ message: message.id });
    assert.equal(ofMessage.journey.name, name);
    assert.match(ofMessage.lines.join('\n'), /came to “hello”\n.*\n {2}the message: “Hello”, asked for on .*, sent on/);
  });

  test('a try does not make a journey one that was published later', async () => {
    const name = 'Filtered';
    const person = { '$str::is': { field_id: 'str::last', value: 'Nobody' } };
    await world.push(welcome({ name, entry: { activity: 'act:cm:signed-up', person } }));
    await world.pass(HOUR);
    await world.does(me, 'signed-up');
    await world.pass(DAY);
    await trying(name);
    await world.quiet();
    const { entry } = await explained({ journey: name });
    assert.deepEqual(entry.occasions[0].why, ['entry.person does not hold, as the person is now']);
  });

  test('a step that the live version does not have any more, of whoever came to it', async () => {
    const name = 'Changed';
    await world.push(welcome({ name }));
    await world.does('anna@example.com', 'signed-up');
    const shapes = { later: { kind: 'email', template: 'Later', next: 'end' }, end: { kind: 'exit' } };
    await world.push(welcome({ name, start: 'later', shapes }));
    const { lines } = await explained({ journey: name, shape: 'hello' }, 'anna@example.com');
    assert.match(lines.join('\n'), /came to “hello”/);
    const path = `/api/people/${me}/explain?journey=${name}&shape=hello`;
    const { status, json } = await world.call('GET', path);
    assert.deepEqual([status, json.error], [404, '"Changed" has no shape "hello": it has end, later']);
  });
});
