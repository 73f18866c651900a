import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BadWebhook } from '@tributary/connector-kit';
import fc from 'fast-check';
import { at, type FormNode, items, parseJsonForm, parsePhpForm, text } from './php-form.ts';

type Tree = string | { [key: string]: Tree };

/** As PHP's `http_build_query` writes it. Written here again, so that the parser is not checked against itself. */
function encode(tree: { [key: string]: Tree }): string {
  const pairs: string[] = [];
  const php = (part: string) => encodeURIComponent(part).replaceAll('%20', '+');
  const write = (name: string, value: Tree): void => {
    if (typeof value === 'string') pairs.push(`${php(name)}=${php(value)}`);
    else for (const [key, inner] of Object.entries(value)) write(`${name}[${key}]`, inner);
  };
  for (const [key, value] of Object.entries(tree)) write(key, value);
  return pairs.join('&');
}

function plain(node: FormNode): Tree {
  if (node.children.size === 0) return node.value ?? '';
  return Object.fromEntries([...node.children].map(([key, child]) => [key, plain(child)]));
}

const key = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((name) => !/[[\]]/.test(name) && name !== '__proto__');
const { tree } = fc.letrec<{ tree: Tree; node: { [key: string]: Tree } }>((tie) => ({
  tree: fc.oneof({ maxDepth: 6, withCrossShrink: true }, fc.string({ unit: 'grapheme' }), tie('node')),
  node: fc.dictionary(key, tie('tree'), { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
}));
const form = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5, noNullPrototype: true });

describe('a form', () => {
  test('read back, every tree is what it was written from', () => {
    fc.assert(
      fc.property(form, (given) => assert.deepEqual(plain(parsePhpForm(encode(given))), given)),
      { numRuns: 300 },
    );
  });

  test('whatever comes is read, or refused as a bad webhook', () => {
    const odd = fc.array(
      fc.constantFrom('a', '[', ']', '&', '=', '%5B', '%5D', '%', '0', '[]', '__proto__', '+', '\0', 'é'),
      {
        maxLength: 60,
      },
    );
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      odd.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (body) => {
        for (const parse of [parsePhpForm, parseJsonForm]) {
          try {
            parse(body);
          } catch (error) {
            assert.ok(error instanceof BadWebhook);
          }
        }
      }),
      { numRuns: 800 },
    );
  });

  test('values eight levels deep are found, where parsers with a depth of five lose them', () => {
    const root = parsePhpForm(
      'leads%5Bstatus%5D%5B0%5D%5Bcustom_fields%5D%5B0%5D%5Bvalues%5D%5B0%5D%5Bvalue%5D=a+b%20c',
    );
    assert.equal(text(root, 'leads', 'status', '0', 'custom_fields', '0', 'values', '0', 'value'), 'a b c');
  });

  test('fifty items stay in their order, where parsers make an object out of more than twenty', () => {
    const body = Array.from({ length: 50 }, (_, i) => `list[${i}][id]=${i}`).join('&');
    assert.deepEqual(
      items(at(parsePhpForm(body), 'list')).map((item) => text(item, 'id')),
      Array.from({ length: 50 }, (_, i) => String(i)),
    );
  });

  test('a scalar and a list under one name are both kept', () => {
    const root = parsePhpForm('note[type]=3&note[type][message_uuid]=u&note[type]=4');
    assert.equal(text(root, 'note', 'type'), '4');
    assert.equal(text(root, 'note', 'type', 'message_uuid'), 'u');
  });

  test('empty brackets count on from the highest index, as in PHP', () => {
    const root = parsePhpForm('a[]=0&a[5]=5&a[]=6&a[b]=x&a[]=7');
    assert.deepEqual([...(at(root, 'a')?.children.keys() ?? [])], ['0', '5', '6', 'b', '7']);
  });

  test('keys that name a prototype are keys and nothing else', () => {
    const root = parsePhpForm('__proto__[polluted]=1&a[__proto__][polluted]=2&constructor[prototype][polluted]=3');
    assert.equal(text(root, '__proto__', 'polluted'), '1');
    assert.equal(text(root, 'a', '__proto__', 'polluted'), '2');
    assert.equal(text(root, 'a', 'toString'), undefined);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  test('brackets that do not add up are part of the name', () => {
    const root = parsePhpForm('a[b=1&a]b[=2&[c]=3&a[[d]]=4');
    assert.deepEqual([...root.children.keys()], ['a[b', 'a]b[', '[c]', 'a[[d]]']);
  });
});

describe('the caps of a form', () => {
  const pairs = (n: number) => Array.from({ length: n }, (_, i) => `a[${i}]=1`).join('&');

  test('20,000 values are read, one more is refused', () => {
    assert.equal(items(at(parsePhpForm(pairs(20_000)), 'a')).length, 20_000);
    assert.throws(() => parsePhpForm(pairs(20_001)), BadWebhook);
  });

  test('16 levels are read, one more is refused', () => {
    assert.equal(items(parsePhpForm(`a${'[b]'.repeat(15)}=1`)).length, 1);
    assert.throws(() => parsePhpForm(`a${'[b]'.repeat(16)}=1`), BadWebhook);
    assert.throws(() => parseJsonForm(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`), BadWebhook);
  });

  test('4 MiB are read, one character more is refused; a key of 1,000 characters alike', () => {
    const most = 4 * 1024 * 1024;
    assert.equal(text(parsePhpForm(`a=${'x'.repeat(most - 2)}`), 'a')?.length, most - 2);
    assert.throws(() => parsePhpForm(`a=${'x'.repeat(most - 1)}`), BadWebhook);
    assert.equal(items(parsePhpForm(`${'k'.repeat(1_000)}=1`)).length, 1);
    assert.throws(() => parsePhpForm(`${'k'.repeat(1_001)}=1`), BadWebhook);
  });

  test('an index of 999,999,999 takes the room of one entry', () => {
    assert.equal(items(at(parsePhpForm('a[999999999]=1&a[]=2&a[99999999999999999999]=3'), 'a')).length, 3);
  });
});
