import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import type { DisplayTypes } from '../types.ts';
import { renderText } from './text.ts';
import { wallClock } from './wall-clock.ts';

const now = new Date('2026-03-29T03:30:00Z');
const inZone = (timezone: string): DisplayTypes => ({ timezone, field: () => undefined, attribute: () => undefined });
const fields = {
  'dtz:cm:renewal': { year: 2026, month: 3, day: 29, timezone: 'UTC' },
  'tme:cm:call': '2026-03-29T00:30:00Z',
};

const cases: readonly [template: string, shown: string][] = [
  // Days are days, wherever somebody is.
  ['{{ people.custom.renewal | date: "%d %B %Y" }}', '29 March 2026'],
  ['{{ people.custom.renewal | date: "%d", "Asia/Tokyo" }}', '29'],
  ['{{ people.custom.renewal | date_to_long_string }}', '29 March 2026'],
  ['{{ "2026-03-29 10:15" | date: "%d %H:%M" }}', '29 10:15'],
  ['{{ "March 29, 2026" | date: "%Y-%m-%d" }}', '2026-03-29'],
  // Moments are the person's, or the workspace's.
  ['{{ people.custom.call | date: "%Y-%m-%d %H:%M %z" }}', '2026-03-28 17:30 -0700'],
  ['{{ people.custom.call | date: "%d %H:%M", "Europe/Berlin" }}', '29 01:30'],
  ['{{ people.custom.call | date_to_xmlschema }}', '2026-03-28T17:30:00-07:00'],
  ['{{ people.custom.call | date_to_string }}', '28 Mar 2026'],
  ['{{ "2026-03-29T00:30:00+02:00" | date: "%d %H:%M" }}', '28 15:30'],
  ['{{ "now" | date: "%Y-%m-%d %H:%M" }}', '2026-03-28 20:30'],
  ['{{ "today" | date_to_rfc822 }}', 'Sat, 28 Mar 2026 20:30:00 -0700'],
  ['{{ 1774744200 | date: "%d %H:%M" }}', '28 17:30'],
];

/** As a machine that is set to a time zone and a language of its own renders them. */
function renderedOn(env: Record<string, string>): string[] {
  const script = `
    import { renderText } from ${JSON.stringify(new URL('./text.ts', import.meta.url).href)};
    const { templates, subject, timezone } = JSON.parse(process.argv[1]);
    const types = { timezone, field: () => undefined, attribute: () => undefined };
    const of = { ...subject, now: new Date(subject.now) };
    console.log(JSON.stringify(templates.map((template) => renderText(template, of, types))));`;
  const given = {
    templates: cases.map(([template]) => template),
    subject: { person: { fields }, entry: {}, now },
    timezone: 'America/Los_Angeles',
  };
  const args = ['--input-type=module', '--eval', script, JSON.stringify(given)];
  return JSON.parse(execFileSync(process.execPath, args, { env: { ...process.env, ...env }, encoding: 'utf8' }));
}

describe('dates in texts', () => {
  for (const env of [{ TZ: 'UTC' }, { TZ: 'America/New_York', LANG: 'de_DE.UTF-8' }, { TZ: 'Pacific/Auckland' }]) {
    test(`are the same on a machine with ${Object.values(env).join(', ')}`, () => {
      assert.deepEqual(
        renderedOn(env),
        cases.map(([, shown]) => shown),
      );
    });
  }

  test('are by the clock of the person, where it is known', () => {
    const there = { person: { fields: { ...fields, 'str::lt': 'Asia/Tokyo' } }, entry: {}, now };
    const shown = (template: string) => renderText(template, there, inZone('America/Los_Angeles'));
    assert.equal(shown('{{ people.custom.call | date: "%d %H:%M" }}'), '29 09:30');
    assert.equal(shown('{{ "now" | date: "%H:%M" }}'), '12:30');
    assert.equal(shown('{{ people.custom.renewal | date: "%d" }}'), '29');
  });

  test('that can not be read stay as they are', () => {
    const nobody = { person: { fields: {} }, entry: {}, now };
    assert.equal(renderText('{{ "soon" | date: "%d" }}{{ people.custom.none | date: "%d" }}', nobody), 'soon');
    assert.equal(wallClock('soon'), undefined);
    assert.equal(wallClock('1774744200'), undefined);
  });
});
