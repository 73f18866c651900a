import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { machineReason, type Visit } from './machine.ts';
import { deviceOf } from './user-agent.ts';

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const iphoneMail =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148';
const gmail = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
const visit = (userAgent: string | undefined, more: Partial<Visit> = {}): Visit => ({
  to: 'open',
  method: 'GET',
  userAgent,
  purpose: undefined,
  sinceSentMs: 60_000,
  hurried: false,
  ...more,
});

describe('people and machines', () => {
  const people: [string, Visit][] = [
    ['a browser', visit(chrome)],
    ['the mail program of a phone', visit(iphoneMail)],
    ['Gmail, fetching because somebody looks', visit(gmail)],
    ['Outlook', visit('Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Microsoft Outlook 16.0.18129)')],
    ['a browser that opens at once', visit(chrome, { sinceSentMs: 10 })],
    ['a click after two seconds and a half', visit(chrome, { to: 'click', sinceSentMs: 2500 })],
    ['a click when nobody knows when it was sent', visit(chrome, { to: 'click', sinceSentMs: undefined })],
  ];
  for (const [who, what] of people) test(`a person: ${who}`, () => assert.equal(machineReason(what), undefined));

  const machines: [string, Visit][] = [
    ['Apple’s privacy proxy', visit('Mozilla/5.0')],
    ['nobody in particular', visit(undefined)],
    ['somebody who asks for the head', visit(chrome, { method: 'HEAD' })],
    ['a browser that loads ahead', visit(chrome, { purpose: 'prefetch;prerender' })],
    ['a click before anyone could have read', visit(chrome, { to: 'click', sinceSentMs: 1900 })],
    ['a browser that follows every link at once', visit(chrome, { to: 'click', hurried: true })],
    ['Gmail, ahead of anyone', visit(`${chrome} Edge/12.246 Mozilla/5.0`)],
    ['Barracuda', visit('Mozilla/5.0 (compatible; BarracudaCentral/1.0)', { to: 'click' })],
    ['curl', visit('curl/8.5.0')],
    ['Python', visit('python-requests/2.32.3')],
    ['Go', visit('Go-http-client/2.0')],
    ['a crawler', visit('Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)')],
    ['a headless browser', visit(chrome.replace('Chrome/', 'HeadlessChrome/'))],
    ['a link preview', visit('Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', { to: 'click' })],
  ];
  for (const [who, what] of machines) test(`a machine: ${who}`, () => assert.notEqual(machineReason(what), undefined));
});

test('what a reader used is named where it is certain', () => {
  assert.deepEqual(deviceOf(chrome), { browser: 'Chrome', platform: 'Windows', device: 'Desktop' });
  assert.deepEqual(deviceOf(iphoneMail), { browser: 'Apple Mail', platform: 'iOS', device: 'Mobile' });
  assert.deepEqual(deviceOf(gmail), { browser: 'Gmail', platform: undefined, device: undefined });
  assert.deepEqual(
    deviceOf('Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36'),
    { browser: 'Chrome', platform: 'Android', device: 'Mobile' },
  );
  assert.deepEqual(deviceOf(undefined), { browser: undefined, platform: undefined, device: undefined });
});
