import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld } from '../support/journey-world.ts';

const anna = { email: 'anna@example.com', first: 'Anna "Q" & Söhne' };
let world: JourneyWorld;
const received: { url: string; body: string }[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += String(part);
  received.push({ url: request.url!, body });
  response.end();
});
let web: string;
before(async () => {
  world = await openJourneyWorld();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = [{ fields: { 'str::email': anna.email, 'str::first': anna.first } }];
  await world.call('POST', '/v1/person/merge', { people, merge_by: ['str::email'] });
});
after(async () => {
  await world?.close();
  server.closeAllConnections();
  server.close();
});

test('a webhook and a note are simulated as they are really sent, or not', async () => {
  const json = { 'Content-Type': 'application/json' };
  const shapes = {
    own: {
      kind: 'webhook',
      url: `${web}/own?name={{ people.first-name }}`,
      headers: json,
      body: '{"name": "{{ people.first-name }}", "age": {{ people.custom.age | json }}}',
      basicAuth: { user: 'me', password: 'secret' },
      next: 'ortto',
    },
    ortto: { kind: 'webhook', url: `${web}/ortto`, fields: { who: 'str::first' }, next: 'broken' },
    broken: {
      kind: 'webhook',
      url: `${web}/broken`,
      body: '{"age": {{ people.custom.age }}}',
      next: 'note',
    },
    note: {
      kind: 'notice',
      to: ['team@acme.example'],
      subject: 'About\n{{ people.first-name }} ',
      text: 'x',
      next: 'end',
    },
    end: { kind: 'exit' },
  };
  await world.push({ name: 'Hooks', entry: { kind: 'direct' }, start: 'own', shapes });
  const { json: answer } = await world.call('POST', '/api/journeys/simulate', { journey: 'Hooks', person: anna.email });
  const messages = answer.paths[0].path.flatMap(({ message }: { message?: object }) => message ?? []);
  const [own, ortto, broken, note] = messages;

  const { status } = await world.call('POST', '/v1/journeys/Hooks/trigger', {
    people: [{ fields: { 'str::email': anna.email } }],
  });
  assert.equal(status, 200);
  await world.quiet();
  const sent = (path: string) => received.find(({ url }) => url.startsWith(path))!;
  assert.equal(own.content.url, `${web}${sent('/own').url}`);
  assert.equal(own.content.body, sent('/own').body);
  assert.equal(JSON.parse(own.content.body).name, anna.first);
  assert.equal(own.content.headers.Authorization, 'Basic …');
  const { id: _, run_id: __, time: ___, webhook_id: ____, ...real } = JSON.parse(sent('/ortto').body);
  const { id, run_id, time, webhook_id, ...simulated } = JSON.parse(ortto.content.body);
  assert.deepEqual(simulated, real);
  assert.equal(sent('/broken'), undefined);
  const { lines } = (await world.call('GET', `/api/people/${anna.email}/explain?journey=Hooks`)).json.journeys[0];
  assert.match(broken.not_sent, /^the webhook can not be made: the body is not JSON/);
  assert.ok(
    lines.some((line: string) => line.endsWith(`failed: ${broken.not_sent}`)),
    lines.join('\n'),
  );
  assert.equal(note.subject, (await world.mailsTo('team@acme.example'))[0]!.subject);
});
