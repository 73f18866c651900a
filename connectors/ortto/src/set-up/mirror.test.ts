import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Provided } from '@tributary/connector-kit';
import { closeOther, openSide, other } from '../../test/support.ts';

after(closeOther);

const provided: Provided = {
  fields: [
    { name: 'Kommo lead id', type: 'text' },
    { name: 'Kommo deal value', type: 'currency', key: true },
  ],
  activities: [{ name: 'CRM stage changed', attributes: [{ name: 'Deal value', type: 'currency' }] }],
};
const words = ['The field “Kommo lead id”', 'The field “Kommo deal value”', 'The activity “CRM stage changed”'];

test('what is not there is made, and found the next time', async () => {
  const side = await openSide();
  try {
    assert.deepEqual((await side.session.setUp('')).made, [], 'only where it is asked for');
    assert.deepEqual((await side.session.setUp('', provided)).made, words);
    const again = await side.session.setUp('', provided);
    assert.deepEqual([again.made, again.found.slice(1), again.warnings], [[], words, []]);
    const { namespaces } = (await (await other()).api('/v1/instance-schema/get', {})) as {
      namespaces: Record<string, { fields: Record<string, { attributes?: Record<string, unknown> }> }>;
    };
    const custom = namespaces.cm!.fields;
    assert.deepEqual(
      ['str:cm:kommo-lead-id', 'int:cm:kommo-deal-value', 'act:cm:crm-stage-changed'].filter((id) => !(id in custom)),
      [],
    );
  } finally {
    await side.close();
  }
});

test('one that somebody else makes meanwhile is found, one that is refused is told of, and the others are made', async () => {
  const side = await openSide();
  try {
    const answers: Record<string, { status: number; body: string }> = {
      'Seats there': { status: 423, body: '{"request_id":"x","code":423,"error":"exists"}' },
      'Seats too many': { status: 400, body: '{"request_id":"x","code":400,"error":"100 fields are the most"}' },
    };
    side.line.intercept(({ body }) => {
      const name = body === '' ? undefined : (JSON.parse(body) as { name?: string }).name;
      return name === undefined || !answers[name] ? undefined : { ...answers[name] };
    });
    const fields = ['Seats there', 'Seats too many', 'Seats'].map((name) => ({ name, type: 'text' as const }));
    const { made, found, warnings } = await side.session.setUp('', { fields, activities: [] });
    assert.deepEqual(made, ['The field “Seats”']);
    assert.deepEqual(found.slice(1), ['The field “Seats there”']);
    assert.deepEqual(warnings, ['The field “Seats too many” could not be made: 100 fields are the most.']);
  } finally {
    await side.close();
  }
});
