import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Own, openOwn } from './test/support.ts';

describe('what nothing else asks is answered as it is told of', () => {
  let own: Own;
  before(async () => {
    own = await openOwn();
    await own.people.record(own.ws, [
      { who: { by: ['str::email'] }, fields: { 'str::email': 'anna@example.com' }, source: 'API' },
    ]);
  });
  after(() => own?.close());

  const asks = async (status: number, ...asked: Parameters<Own['call']>) => {
    const answer = await own.call(...asked);
    assert.equal(answer.status, status, answer.text);
    return answer.json;
  };

  test('audiences: made, listed, read, changed, put away, deleted', async () => {
    const filter = { $and: [{ '$str::is': { field_id: 'str::email', value: 'anna@example.com' } }] };
    const { id } = await asks(201, 'POST', '/api/audiences', { name: 'Anna', filter, exit_filter: filter });
    assert.equal((await asks(200, 'GET', '/api/audiences')).audiences.length, 1);
    await asks(200, 'GET', `/api/audiences/${id}`);
    await asks(200, 'PATCH', `/api/audiences/${id}`, { exit_filter: null });
    await asks(200, 'PATCH', `/api/audiences/${id}`, { archived: true });
    await asks(200, 'DELETE', `/api/audiences/${id}`);
    await asks(404, 'GET', `/api/audiences/${id}`);
    await asks(413, 'POST', '/api/audiences', { name: 'x'.repeat(2_000_000), filter });
    await asks(415, 'POST', '/api/audiences', 'name: Anna');
  });

  test('imports: listed, stopped', async () => {
    const { id } = await asks(201, 'POST', '/api/imports?kind=people', 'E-mail\nben@example.com\n');
    await asks(409, 'POST', `/api/imports/${id}/stop`);
    assert.equal((await asks(200, 'GET', '/api/imports')).imports.length, 1);
    await asks(415, 'POST', '/api/imports', '<a/>', 'application/xml');
  });

  test('exports, asked in a body', async () => {
    for (const what of ['people', 'activities', 'accounts', 'account-activities']) {
      for (const format of ['csv', 'ndjson']) await asks(200, 'POST', `/api/exports/${what}.${format}`, {});
    }
  });
});
