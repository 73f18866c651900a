import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Schema } from '../../people/index.ts';
import { UserError } from '../../platform/errors.ts';
import { readToken } from '../tracking/token.ts';
import type { DisplayTypes } from '../types.ts';
import { displayTypesOf } from './display-types.ts';
import { checkEmail, compileEmail, renderEmail } from './email.ts';
import type { Subject } from './scope.ts';
import { renderText } from './text.ts';

const types: DisplayTypes = {
  timezone: 'UTC',
  field: (id) => (id === 'int:cm:budget' ? 'currency' : undefined),
  attribute: (activity, id) =>
    activity === 'act:cm:crm-stage-changed' && id === 'int:cm:deal-value' ? 'decimal' : undefined,
};
const anna: Subject = {
  person: {
    fields: {
      'str::first': 'Anna <b>& Co',
      'str::email': 'anna@example.com',
      'str:cm:kommo-stage': 'Qualification',
      'int:cm:budget': 12_500,
      'int:cm:seats': 40,
      'dtz::b': { year: 1990, month: 3, day: 7, timezone: 'UTC' },
      'phn::phone': { c: '49', n: '15112345678' },
      'geo::city': { name: 'Berlin' },
      'sst:cm:brands': ['a', 'b'],
      'obj:cm:item': { name: 'Chair', price: 5, parts: [{ name: 'leg' }] },
      'obj:cm:odd': { toString: 1 },
      'obj:cm:day': { year: 2026, month: 1, day: 2 },
    },
  },
  entryActivityId: 'act:cm:crm-stage-changed',
  entry: { 'str:cm:stage': 'Qualification', 'int:cm:deal-value': 12_000_000 },
};
const tracking = {
  publicUrl: 'https://t.example',
  secret: createSecretKey(Buffer.alloc(32, 1)),
  workspaceId: 1,
  messageId: '77',
};
const text = (template: string, subject = anna): string => renderText(template, subject, types);
const email = (html: string, more: object = {}, subject = anna) =>
  renderEmail(compileEmail({ subject: 'Hi', html, ...more }), subject, types, tracking);

describe('what a template can name', () => {
  const shown: [string, string][] = [
    ['{{ people.first-name }}', 'Anna <b>& Co'],
    ['{{ people.email }}', 'anna@example.com'],
    ['{{ people.custom.kommo-stage }}', 'Qualification'],
    ['{{ people.custom.budget }}', '12.5'],
    ['{{ people.custom.seats }}', '40'],
    ['{{ people.birthday | date: "%d %b %Y" }}', '07 Mar 1990'],
    ['{{ people.phone-number }}', '+4915112345678'],
    ['{{ people.city }}', 'Berlin'],
    ['{{ people.custom.brands | join: ", " }}', 'a, b'],
    ['{{ people.custom.item.name }}: {{ people.custom.item.price }}', 'Chair: 5'],
    ['{{ people.custom.item.parts[0].name }}', 'leg'],
    ['{{ people.custom.item.parts }}', '{"name":"leg"}'],
    ['{{ people.custom.item }}', '{"name":"Chair","price":5,"parts":[{"name":"leg"}]}'],
    ['{{ people.custom.odd }} {{ people.custom.odd | append: "!" }}', '{"toString":1} {"toString":1}!'],
    ['{{ people.custom.day.year }}', '2026'],
    ['{{ activity.stage }}', 'Qualification'],
    ['{{ activity.custom.crm-stage-changed.deal-value }}', '12000'],
    ['{{ people.last-name | default: "there" }}', 'there'],
    ['{{ people.constructor }}{{ people.__proto__.x }}{{ activity.nothing.at.all }}', ''],
    ['no Liquid at all', 'no Liquid at all'],
  ];
  for (const [template, expected] of shown) test(template, () => assert.equal(text(template), expected));

  test('money is money, whatever started the run: what all activities agree on is how it is shown', () => {
    const of = (activityId: string, amount: string) => ({
      ...{ activityId, name: activityId, attributeTypes: new Map([['int:cm:amount', amount]]) },
    });
    const schemaOf = (...made: ReturnType<typeof of>[]) =>
      ({ fields: new Map(), activities: new Map(made.map((each) => [each.activityId, each])) }) as unknown as Schema;
    const shop = displayTypesOf(schemaOf(of('act:cm:order', 'currency'), of('act:cm:refund', 'currency')), 'UTC');
    const torn = displayTypesOf(schemaOf(of('act:cm:order', 'currency'), of('act:cm:points', 'integer')), 'UTC');
    const amount = (types: DisplayTypes, entryActivityId?: string) =>
      renderText(
        '{{ activity.amount }}',
        { person: { fields: {} }, entry: { 'int:cm:amount': 1500 }, entryActivityId },
        types,
      );
    assert.equal(amount(shop), '1.5');
    assert.equal(amount(shop, 'act:cm:other'), '1.5');
    assert.equal(amount(torn, 'act:cm:order'), '1.5');
    assert.equal(amount(torn, 'act:cm:points'), '1500');
    assert.equal(amount(torn), '1500');
  });

  test('"now" and "today" are when it is rendered, by whatever clock', () => {
    const now = new Date('2031-05-06T12:00:00Z');
    const dated = '{{ "now" | date: "%Y-%m-%d" }} {{ "today" | date: "%d %b" }} {{ "2026-01-02" | date: "%d" }}';
    assert.equal(text(dated, { ...anna, now }), '2031-05-06 06 May 02');
    assert.equal(email(`<p>${dated}</p>`, {}, { ...anna, now }).text, '2031-05-06 06 May 02');
    assert.equal(text('{{ "now" | date: "%Y" }}'), String(new Date().getFullYear()));
  });

  test('without types, custom numbers are shown as the wire has them', () => {
    assert.equal(renderText('{{ activity.deal-value }}', anna), '12000000');
  });
});

describe('an e-mail for one person', () => {
  test('what people wrote is escaped in HTML, once, and not in subject and text', () => {
    const rendered = email(
      '<p>{{ people.first-name }}|{{ people.first-name | escape }}|{{ people.first-name | raw }}</p>',
      {
        subject: 'For {{ people.first-name }}',
        text: 'Dear {{ people.first-name }}',
      },
    );
    const safe = 'Anna &#60;b&#62;&#38; Co';
    assert.match(rendered.html, new RegExp(`^<p>${safe}\\|${safe}\\|Anna <b>& Co</p>`));
    assert.equal(rendered.subject, 'For Anna <b>& Co');
    assert.equal(rendered.text, 'Dear Anna <b>& Co');
  });

  test('the name of the sender is made for the person, too', () => {
    assert.equal(email('<p></p>', { fromName: 'Ann for {{ people.email }}' }).fromName, 'Ann for anna@example.com');
    assert.equal(email('<p></p>', { fromName: '{{ people.custom.none }}' }).fromName, undefined);
    assert.equal(email('<p></p>').fromName, undefined);
    assert.throws(() => compileEmail({ subject: 'Hi', html: '', fromName: '{{ people' }), UserError);
  });

  test('a subject stays on one line', () => {
    const subject: Subject = { person: { fields: { 'str::first': 'A\r\nBcc: eve@example.com' } }, entry: {} };
    assert.equal(
      email('x', { subject: ' Hi {{ people.first-name }}\n' }, subject).subject,
      'Hi A Bcc: eve@example.com',
    );
  });

  test('links and pixel are signed for that message; unsubscribing is not a click', () => {
    const { html, unsubscribeUrl } = email('<a href="https://a.example/">A</a><a href="{{ unsubscribe_url }}">U</a>');
    const click = /href="https:\/\/t\.example\/t\/c\/([\w-]+)"/.exec(html)![1]!;
    assert.deepEqual(readToken(click, 'click')?.claim, {
      purpose: 'click',
      workspaceId: 1,
      messageId: '77',
      link: 1,
      url: 'https://a.example/',
    });
    assert.equal(readToken(/\/t\/o\/([\w-]+)\.gif"/.exec(html)![1]!, 'open')?.claim.messageId, '77');
    assert.ok(html.includes(`href="${unsubscribeUrl}"`));
  });

  test('without a text of its own it gets one, with the links as they were', () => {
    assert.equal(
      email('<p>Hello</p><p><a href="https://a.example/">Go</a></p>').text,
      'Hello\n\nGo (https://a.example/)',
    );
  });
});

describe('a template that is wrong', () => {
  const wrong: [string, object, RegExp][] = [
    ['a tag that is not closed', { html: '<p>\n{% if x %}</p>' }, /^html, line 2: tag \{% if x %\} not closed/],
    [
      'a filter that is not there',
      { html: 'x', subject: '{{ people.first-name | shout }}' },
      /^subject, line 1: undefined filter: shout/,
    ],
    ['an output that is not closed', { html: 'x', text: 'a\nb\n{{ people' }, /^text, line 3: /],
    ['a file', { html: '{% include "/etc/passwd" %}' }, /^html, line 1: tag "include" not found/],
    ['a loop over everything', { html: '{% for i in (1..100000000) %}{{ i }}{% endfor %}' }, /^html, line 1: memory/],
    [
      'more output than a mail',
      { html: '{% for i in (1..3000) %}{% for j in (1..100) %}xxxxx{% endfor %}{% endfor %}' },
      /longer than/,
    ],
  ];
  for (const [what, parts, message] of wrong) {
    test(`${what} is found when it is saved`, () => {
      assert.throws(
        () => checkEmail({ subject: 'Hi', html: 'x', ...parts }),
        (error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  test('a loop without an end is stopped', () => {
    const html = '{% for i in (1..100000) %}{% for j in (1..100000) %}{% endfor %}{% endfor %}';
    assert.throws(() => checkEmail({ subject: 'Hi', html }), /limit exceeded/);
  });
});
