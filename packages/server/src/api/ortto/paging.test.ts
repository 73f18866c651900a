import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWire, type Wire } from './test/support.ts';

const MANY = 193;

interface Page {
  rows: { id: string }[];
  offset: number;
  next_offset: number;
  cursor_id: string;
  has_more: boolean;
}

/** How clients go on after a page. PostHog's connector sends both. */
const ways: [string, (page: Page) => object][] = [
  ['by cursor', ({ cursor_id }) => ({ cursor_id })],
  ['by offset', ({ next_offset }) => ({ offset: next_offset })],
  ['by both', ({ cursor_id, next_offset }) => ({ cursor_id, offset: next_offset })],
];

describe('pages on Ortto’s wire', () => {
  let wire: Wire;
  const made: Record<string, string[]> = {};

  before(async () => {
    wire = await openWire();
    const numbers = Array.from({ length: MANY }, (_, i) => i);
    const merge = async (path: string, body: (part: number[]) => object): Promise<string[]> => {
      const ids: string[] = [];
      for (const part of [numbers.slice(0, 100), numbers.slice(100)]) {
        const [rows] = Object.values(JSON.parse((await wire.post(path, body(part))).text)) as [
          Record<string, string>[],
        ];
        ids.push(...rows.map(({ person_id, account_id }) => (person_id ?? account_id)!));
      }
      return ids;
    };
    // Every value is shared, and some have none: pages end among equals and among those without a value.
    const shared = (field: string, i: number) => (i % 4 ? { [field]: `Street ${i % 3}` } : {});
    made['/v1/person/get'] = await merge('/v1/person/merge', (part) => ({
      people: part.map((i) => ({ fields: { 'str::email': `p${i}@example.com`, ...shared('str::last', i) } })),
    }));
    made['/v1/accounts/get'] = await merge('/v1/accounts/merge', (part) => ({
      accounts: part.map((i) => ({ fields: { 'str:o:name': `Account ${i}`, ...shared('str:o:industry', i) } })),
      merge_by: ['str:o:name'],
    }));
  });
  after(() => wire.close());

  const get = async (path: string, body: object): Promise<Page> => {
    const { status, text } = await wire.post(path, body);
    assert.equal(status, 200, text);
    const { contacts, accounts, ...page } = JSON.parse(text);
    return { ...page, rows: contacts ?? accounts ?? [] };
  };

  for (const [path, field] of [
    ['/v1/person/get', 'str::last'],
    ['/v1/accounts/get', 'str:o:industry'],
  ] as const) {
    for (const [way, onFrom] of ways) {
      for (const sorted of [{}, { sort_by_field_id: field }, { sort_by_field_id: field, sort_order: 'asc' }]) {
        test(`${path} ${way} meets everybody once, ${JSON.stringify(sorted)}`, async () => {
          const pages: Page[] = [];
          let body: object | undefined = {};
          while (body && pages.length < 9) {
            const page: Page = await get(path, { ...sorted, ...body, limit: 50, fields: [] });
            pages.push(page);
            body = page.has_more ? onFrom(page) : undefined;
          }
          const met = pages.flatMap(({ rows }) => rows.map(({ id }) => id));
          assert.deepEqual(met.toSorted(), made[path]!.toSorted());
          assert.deepEqual(
            pages.map(({ rows, has_more }) => [rows.length, has_more]),
            [
              [50, true],
              [50, true],
              [50, true],
              [43, false],
            ],
          );
          if (way === 'by cursor') return;
          assert.deepEqual(
            pages.map(({ offset, next_offset }) => [offset, next_offset]),
            [
              [0, 50],
              [50, 100],
              [100, 150],
              [150, 193],
            ],
          );
        });
      }
    }
  }

  test('by both, nobody is left out because somebody was archived meanwhile', async () => {
    const first = await get('/v1/person/get', { limit: 50 });
    await wire.call('PUT', '/v1/person/archive', { inclusion_ids: [first.rows[0]!.id] });
    const second = await get('/v1/person/get', { limit: 50, cursor_id: first.cursor_id, offset: first.next_offset });
    assert.deepEqual(
      second.rows.map(({ id }) => id),
      made['/v1/person/get']!.toReversed().slice(50, 100),
    );
  });
});
