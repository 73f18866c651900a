import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWire, type Wire } from './test/support.ts';

const MERGE = '/v1/person/merge';
const FIELD = '/v1/person/custom-field/create';
const DEFINITION = '/v1/definitions/activity/create';

describe('every call on Ortto’s wire', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const json = { 'content-type': 'application/json' };
  const good = { people: [{ fields: { 'str::email': 'anna@example.com' } }] };
  const TYPES =
    'the types are text, large_text, email, link, single_select, multi_select, integer, decimal, currency, price, bool, date, time, phone, geo, object';
  const error = (code: number, message: string) =>
    `{"request_id":"#","code":${code},"error":${JSON.stringify(message)}}\n`;
  const people = async (): Promise<number> =>
    (await wire.t.db.query('select count(*)::int as n from person')).rows[0].n;
  const many = (n: number) => ({
    people: Array.from({ length: n }, (_, i) => ({ fields: { 'str::email': `p${i}@example.com` } })),
  });

  test('needs a key that is in use', async () => {
    for (const [key, message] of [
      [undefined, 'No X-Api-Key header'],
      ['', 'No X-Api-Key header'],
      ['PRV-my-workspace-wrong', 'The X-Api-Key is not valid'],
      [wire.revokedKey, 'The X-Api-Key is not valid'],
      [`${wire.key} `.repeat(2), 'The X-Api-Key is not valid'],
    ] as const) {
      const headers = { ...json, ...(key === undefined ? {} : { 'x-api-key': key }) };
      const { status, text } = await wire.send('POST', MERGE, headers, JSON.stringify(good));
      assert.deepEqual([status, text], [401, error(401, message)]);
    }
    assert.equal(await people(), 0);
  });

  test('is refused before it is read: without a key nobody learns what is wrong with it', async () => {
    const { status } = await wire.send('POST', MERGE, json, '{');
    assert.equal(status, 401);
  });

  test('is answered as JSON that any page may read, ending in a newline', async () => {
    for (const [path, body] of [
      [MERGE, good],
      [MERGE, {}],
      ['/v1/nope', {}],
      [MERGE, '{'],
    ] as const) {
      const { text, headers } = await wire.post(path, body);
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(headers['access-control-allow-origin'], '*');
      assert.ok(text.endsWith('}\n') && !text.endsWith('\n\n'), path);
    }
  });

  test('is answered with <, > and & escaped, as Ortto’s encoder does', async () => {
    const { text } = await wire.post(MERGE, { people: [{ fields: { 'str::email': 'a@b', 'str::<b>&\u2028': 'x' } }] });
    assert.match(text, /\\u003cb\\u003e\\u0026\\u2028: Object not found/);
    assert.equal(/[<>&\u2028]/.test(text), false);
  });

  test('on a path that is not there is a 404, by a method that is not there a 405 that says which are', async () => {
    const key = { 'x-api-key': wire.key };
    for (const [method, path] of [
      ['POST', '/v1/person/nope'],
      ['POST', `${MERGE}//`],
      ['GET', '/v1'],
      ['DELETE', '/v1/*'],
    ] as const) {
      const { status, text } = await wire.send(method, path, key);
      assert.deepEqual([status, text], [404, error(404, `${method} ${path}: not found`)]);
    }
    for (const [method, path, allow] of [
      ['GET', MERGE, 'POST, OPTIONS'],
      ['PUT', `${MERGE}?a=b`, 'POST, OPTIONS'],
      ['POST', '/v1/person/delete', 'DELETE, OPTIONS'],
    ] as const) {
      const { status, text, headers } = await wire.send(method, path, key);
      assert.deepEqual([status, text], [405, error(405, `${method} ${path}: method not allowed`)]);
      assert.equal(headers.allow, allow);
    }
  });

  test('with a slash at the end, or a second one before it, is the same call, and asks for a key as it does', async () => {
    const asked = { people: [{ fields: { 'str::email': 'slash@example.com' } }] };
    for (const path of [`${MERGE}/`, `${MERGE}/?a=b`, `/${MERGE}`]) {
      const { status, text } = await wire.post(path, asked);
      assert.deepEqual([path, status], [path, 200], text);
      assert.equal((await wire.send('POST', path, {})).status, 401, path);
    }
  });

  test('is asked about by a browser first, which has no key yet', async () => {
    const { status, text, headers } = await wire.send('OPTIONS', MERGE, {
      origin: 'https://example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-api-key',
    });
    assert.deepEqual([status, text], [204, '']);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['access-control-allow-headers'], 'Content-Type, X-Api-Key');
  });

  test('is answered with the headers of Ortto’s recordings, refused or not', async () => {
    for (const headers of [{ 'x-api-key': wire.key }, {}]) {
      const answer = await wire.send('POST', MERGE, { ...json, ...headers }, JSON.stringify(good));
      assert.equal(answer.headers['access-control-allow-methods'], 'GET, POST, PUT, DELETE, OPTIONS');
      assert.equal(answer.headers.allow, 'GET, POST, PUT, DELETE, OPTIONS');
      assert.match(String(answer.headers['x-version']), /^tributary-\d/);
    }
  });

  test('that is not JSON is a 400 that says so', async () => {
    for (const body of ['{', 'people', '{"people":[}', '']) {
      const { status, text } = await wire.post(MERGE, body);
      assert.equal(status, 400, body);
      assert.match(
        text,
        /^\{"request_id":"#","code":400,"error":"(Body is not valid JSON|Failed to parse request: people: )/,
      );
    }
    for (const body of ['{"__proto__":{}}', '{"people":[{"fields":{"constructor":{"prototype":1}}}]}']) {
      const { status, text } = await wire.post(MERGE, body);
      const told = 'The body has a name in it that is not taken: "__proto__", or "constructor" with "prototype" in it';
      assert.deepEqual([status, text], [400, error(400, told)], body);
    }
    const packed = { 'content-encoding': 'gzip' };
    assert.deepEqual(await wire.post(MERGE, JSON.stringify(good), packed).then(({ status, text }) => [status, text]), [
      415,
      error(415, 'The body is compressed (Content-Encoding: gzip): send it as it is'),
    ]);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const { status, text } = await wire.post(MERGE, JSON.stringify(good), { 'content-type': type });
      assert.deepEqual([status, text], [415, error(415, `The body is ${type}: send it as application/json`)]);
    }
  });

  test('that is JSON of another shape is a 400 that names the part', async () => {
    const told = async (body: unknown) => (await wire.post(MERGE, body)).text;
    assert.equal(
      await told([]),
      error(400, 'Failed to parse request: body: Invalid input: expected object, received array'),
    );
    assert.equal(await told({ people: [] }), error(400, 'Failed to parse request: people: no people'));
    assert.match(await told({ people: [{}] }), /none of the merge keys is given: str::email, str::ei/);
    assert.match(await told({ ...good, merge_strategy: 4 }), /merge_strategy: /);
    assert.match(await told({ ...good, find_strategy: '1' }), /find_strategy: /);
    assert.match(await told({ ...good, merge_by: ['a', 'b', 'c', 'd'] }), /merge_by: /);
  });

  test('takes a hundred records and not one more', async () => {
    const before = await people();
    const over = await wire.post(MERGE, many(101));
    assert.deepEqual(
      [over.status, over.text],
      [400, error(400, 'Failed to parse request: people: more than 100 people')],
    );
    assert.equal(await people(), before);
    const { status, text } = await wire.post(MERGE, many(100));
    assert.deepEqual([status, text.match(/"created"/g)?.length], [200, 100]);
  });

  test('takes two megabytes and not three', async () => {
    const padded = (bytes: number) => ({ ...good, pad: 'x'.repeat(bytes) });
    assert.equal((await wire.post(MERGE, padded(2_000_000))).status, 200);
    const { status, text } = await wire.post(MERGE, padded(3_000_000));
    assert.deepEqual([status, text], [413, error(413, 'Request body is too large')]);
  });

  test('nested without end is refused like any other nonsense', async () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    for (const levels of [100, 5_000, 400_000]) {
      const { status, text } = await wire.post(
        MERGE,
        `{"people":[{"fields":{"str::email":"a@b"},"location":${deep(levels)}}]}`,
      );
      assert.deepEqual([status, text], [400, error(400, 'Failed to parse request: nested more than 64 levels deep')]);
    }
    assert.equal(
      (await wire.post(MERGE, `{"people":[{"fields":{"str::email":"a@b"},"location":${deep(50)}}]}`)).status,
      200,
    );
  });

  describe('person/custom-field/create', () => {
    test('makes a field that people have from then on; the second time it says 423', async () => {
      const body = { name: 'Job title', type: 'text' };
      const made = await wire.post(FIELD, body);
      assert.deepEqual(
        [made.status, made.text],
        [200, '{"name":"Job title","field_id":"str:cm:job-title","display_type":"text"}\n'],
      );
      const again = await wire.post(FIELD, { ...body, name: ' job TITLE ' });
      assert.deepEqual([again.status, again.text], [423, error(423, 'str:cm:job-title: the field already exists')]);
      const { status } = await wire.post(MERGE, {
        people: [{ fields: { 'str::email': 'anna@example.com', 'str:cm:job-title': 'CEO' } }],
      });
      assert.equal(status, 200);
    });

    test('says the choices and the tracking only where they were asked for', async () => {
      const { text } = await wire.post(FIELD, {
        name: 'Plan',
        type: 'single_select',
        values: ['Pro', 'Team'],
        track_changes: true,
      });
      assert.equal(
        text,
        '{"name":"Plan","field_id":"str:cm:plan","display_type":"single_select","values":["Pro","Team"],"track_changes":true}\n',
      );
      const plain = await wire.post(FIELD, { name: 'Price', type: 'currency', values: null, track_changes: false });
      assert.equal(plain.text, '{"name":"Price","field_id":"int:cm:price","display_type":"currency"}\n');
      const { rows } = await wire.t.db.query(
        `select choices, track_changes as track from field where id in ('str:cm:plan', 'int:cm:price') order by id`,
      );
      assert.deepEqual(rows, [
        { choices: null, track: false },
        { choices: ['Pro', 'Team'], track: true },
      ]);
    });

    test('refuses types and names that can be none', async () => {
      for (const [body, message] of [
        [{ name: 'A', type: 'colour' }, `Failed to parse request: unknown type "colour"; ${TYPES}`],
        [{ name: 'A', type: 'constructor' }, `Failed to parse request: unknown type "constructor"; ${TYPES}`],
        [{ name: '!?', type: 'text' }, 'Failed to parse request: name: has no letter and no digit'],
        [{ name: 'A\0', type: 'text' }, 'Failed to parse request: name: can not hold U+0000 or half a surrogate pair'],
        [
          { name: 'A', type: 'text', values: ['\ud83e'] },
          'Failed to parse request: values.0: can not hold U+0000 or half a surrogate pair',
        ],
        [{ name: '\ufdfa'.repeat(255), type: 'text' }, 'Failed to parse request: name: is too long, spelled out'],
      ] as const) {
        const { status, text } = await wire.post(FIELD, body);
        assert.deepEqual([status, text], [400, error(400, message)]);
      }
    });
  });

  describe('definitions/activity/create', () => {
    const moments = (text: string): string => text.replace(/"(created_at|edited_at)":"[^"]+Z"/g, '"$1":"@"');

    test('makes a definition and tells all of it; the second time it says 409', async () => {
      const body = {
        name: 'CRM stage changed',
        icon_id: 'moneys-illustration-icon',
        track_conversion_value: true,
        touch: true,
        filterable: true,
        visible_in_feeds: true,
        display_style: { type: 'activity_template', title: 'Moved to {{activity.stage}}' },
        attributes: [
          { name: 'Stage', display_type: 'text' },
          { name: 'Deal value', display_type: 'currency', field_id: 'int::v' },
        ],
      };
      const made = await wire.post(DEFINITION, body);
      assert.equal(made.status, 200);
      assert.equal(
        moments(made.text),
        '{"custom_activity":{"name":"CRM stage changed","activity_field_id":"act:cm:crm-stage-changed","state":"awaiting_implementation",' +
          '"display_mode":{"type":"activity_template","title":"Moved to {{activity.stage}}"},' +
          '"attributes":[{"name":"Stage","field_id":"str:cm:stage","display_type":"text","liquid_name":"activity.custom.crm-stage-changed.stage"},' +
          '{"name":"Deal value","field_id":"int::v","display_type":"currency","liquid_name":"activity.custom.crm-stage-changed.deal-value"}],' +
          '"icon_id":"moneys-illustration-icon","track_conversion_value":true,"touch":true,"filterable":true,"visible_in_feeds":true,' +
          '"created_by":"Public API","created_at":"@","edited_at":"@"}}\n',
      );
      const again = await wire.post(DEFINITION, body);
      assert.deepEqual(
        [again.status, again.text],
        [409, error(409, 'act:cm:crm-stage-changed: the activity already exists')],
      );
      const used = await wire.post('/v1/activities/create', {
        activities: [
          {
            activity_id: 'act:cm:crm-stage-changed',
            fields: { 'str::email': 'anna@example.com' },
            attributes: { 'str:cm:stage': 'Won' },
          },
        ],
      });
      assert.equal(used.status, 200);
    });

    test('tells the attribute it is shown by with its id, named or given', async () => {
      const attributes = [
        { name: 'product-name', display_type: 'text' },
        { name: 'Deal value', display_type: 'currency', field_id: 'int::v' },
        { name: 'Pieces', display_type: 'integer' },
      ];
      const mode = (text: string): string => /"display_mode":({[^}]*})/.exec(text)![1]!;
      for (const [name, style, told] of [
        ['Bought A', { attribute_name: 'product-name' }, '"attribute_field_id":"str:cm:product-name"'],
        ['Bought B', { attribute_name: 'Product name' }, '"attribute_field_id":"str:cm:product-name"'],
        ['Bought C', { attribute_name: 'Deal value' }, '"attribute_field_id":"int::v"'],
        [
          'Bought D',
          { attribute_name: 'pieces', title: 'How many' },
          '"title":"How many","attribute_field_id":"int:cm:pieces"',
        ],
        ['Bought E', { attribute_field_id: 'str:cm:other' }, '"attribute_field_id":"str:cm:other"'],
        ['Bought F', { attribute_name: 'Unknown' }, '"attribute_name":"Unknown"'],
      ] as const) {
        const display_style = { type: 'activity_attribute', ...style };
        const { text } = await wire.post(DEFINITION, { name, display_style, attributes });
        assert.equal(mode(text), `{"type":"activity_attribute",${told}}`);
      }
      const again = {
        name: 'Bought D',
        attributes: [{ name: 'Pieces', display_type: 'decimal', field_id: 'int:cm:n' }],
      };
      assert.equal(
        mode((await wire.call('PUT', '/v1/definitions/activity/modify', again)).text),
        '{"type":"activity_attribute","title":"How many","attribute_field_id":"int:cm:n"}',
        'the style as it was stored, the attributes as they are now',
      );
    });

    test('needs no more than a name', async () => {
      const { text } = await wire.post(DEFINITION, { name: 'Meeting booked' });
      assert.equal(
        moments(text),
        '{"custom_activity":{"name":"Meeting booked","activity_field_id":"act:cm:meeting-booked","state":"awaiting_implementation",' +
          '"display_mode":{"type":"activity"},"attributes":[],"icon_id":"moneys-illustration-icon","track_conversion_value":false,"touch":false,' +
          '"filterable":true,"visible_in_feeds":true,"created_by":"Public API","created_at":"@","edited_at":"@"}}\n',
      );
    });

    test('refuses attributes that can be none', async () => {
      const told = async (attribute: object) =>
        (await wire.post(DEFINITION, { name: 'Odd', attributes: [attribute] })).text;
      assert.equal(
        await told({ name: 'A', display_type: 'colour' }),
        error(400, `Failed to parse request: unknown type "colour"; ${TYPES}`),
      );
      assert.equal(
        await told({ name: '!', display_type: 'text' }),
        error(400, 'Failed to parse request: attributes.0.name: has no letter and no digit'),
      );
      assert.match(
        await told({ name: 'A', display_type: 'text', field_id: 'a\0' }),
        /attributes\.0\.field_id: can not hold/,
      );
      const { rows } = await wire.t.db.query(`select from activity_definition where activity_id = 'act:cm:odd'`);
      assert.equal(rows.length, 0);
    });
  });
});
