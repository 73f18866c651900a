import { folded } from '../folded.ts';
import type { Body } from './filter.ts';
import { listed, shownValue } from './shown.ts';
import type { Asked, Day, Moment, Test, TextTest } from './test.ts';

type Words = { [K in Test['kind']]: (test: Extract<Test, { kind: K }>, body: Body) => string };

/** What is asked of a value, in words that follow its name: `is not “SaaS”`, `is more than 20`. */
export function testInWords({ test, not }: Asked, body: Body): string {
  const words = (tests[test.kind] as (test: Test, body: Body) => string)(test, body);
  return not ? negated(words) : words;
}

const negations: readonly (readonly [RegExp, string])[] = [
  [/^is /, 'is not '],
  [/^has a value$/, 'has no value'],
  [/^has /, 'does not have '],
  [/^contains /, 'does not contain '],
  [/^begins /, 'does not begin '],
  [/^its (first|last) item /, 'it is not so that its $1 item '],
];

function negated(words: string): string {
  const [pattern, instead] = negations.find(([start]) => start.test(words)) ?? [/^/, 'it is not so that it '];
  return words.replace(pattern, instead);
}

/** As it was written where that can be seen: tests are in small letters. */
const written = (value: string, body: Body): string =>
  shownValue(typeof body.value === 'string' && folded(body.value) === value ? body.value : value);

const quoted = (values: readonly string[], body: Body): string =>
  listed(
    values.map((value) =>
      shownValue([body.value].flat().find((one) => typeof one === 'string' && folded(one) === value) ?? value),
    ),
  );

const texts: Readonly<Record<TextTest['how'], (value: string, to: string) => string>> = {
  is: (value) => `is ${value}`,
  contains: (value) => `contains ${value}`,
  starts: (value) => `begins with ${value}`,
  ends: (value) => `ends with ${value}`,
  greater: (value) => `comes after ${value}`,
  less: (value) => `comes before ${value}`,
  between: (value, to) => `lies between ${value} and ${to}`,
};

const text = (test: TextTest, body: Body): string =>
  texts[test.how](written(test.value, body), shownValue(test.to ?? ''));

const lists = {
  all: 'contains all of',
  any: 'contains one of',
  same: 'is made of',
  sequence: 'is, in this order,',
} as const;

const tests: Words = {
  present: () => 'has a value',
  text,
  number({ over, under, from, to, zero }) {
    const range = from !== undefined && from === to ? [`${from}`] : [];
    const parts = [
      ...range,
      ...(over === undefined ? [] : [`more than ${over}`]),
      ...(under === undefined ? [] : [`less than ${under}`]),
      ...(range.length > 0 || from === undefined ? [] : [`from ${from} to ${to}`]),
    ];
    return `is ${parts.join(' and ')}${zero ? ' (nothing counts as 0)' : ''}`;
  },
  bool: ({ is }) => `is ${is ? 'yes' : 'no'}`,
  list: ({ how, values }, body) => `${lists[how]} ${quoted(values, body)}`,
  length({ over, under, is }) {
    if (is !== undefined) return `has exactly ${is} items`;
    return over === undefined ? `has fewer than ${under} items` : `has more than ${over} items`;
  },
  item: ({ which, test }, body) => `its ${which} item ${text(test, body)}`,
  instant({ from, before }) {
    const parts = [...(from ? [atOrAfter(from)] : []), ...(before ? [isBefore(before)] : [])];
    return `is ${parts.filter((part) => part !== '').join(' and ')}`;
  },
  days({ from, to, timezone }) {
    const where = timezone === 'UTC' ? '' : ` (${timezone})`;
    if (from && to) {
      const [one, other] = [dayInWords(from), dayInWords(to)];
      return one === other ? `is ${one}${where}` : `is from ${one} to ${other}${where}`;
    }
    return `is ${from ? `${dayInWords(from)} or later` : `${dayInWords(to!)} or earlier`}${where}`;
  },
  anniversary({ inDays, timezone }) {
    return `has its anniversary ${dayInWords({ inDays })}${timezone === 'UTC' ? '' : ` (${timezone})`}`;
  },
  near: ({ latitude, longitude, meters }) => `is within ${meters / 1000} km of ${latitude}, ${longitude}`,
  phone: ({ how, any }) => (how === 'is' ? `is +${any.at(-1)}` : `begins with +${any.at(-1)}`),
  'calling-code': (_test, body) => `is of ${[body.value].flat().join(', ')}`,
  id: (_test, body) => `is ${body.value}`,
  tags: ({ any }) => `contains a tag numbered ${any.join(' or ')}`,
};

const DAY_MS = 24 * 3600 * 1000;
const days = (ms: number): string => `${ms / DAY_MS} ${ms === DAY_MS ? 'day' : 'days'}`;

function atOrAfter(moment: Moment): string {
  if ('at' in moment) return `at or after ${moment.at.toISOString()}`;
  if (moment.ago === 0) return 'ahead';
  return moment.ago > 0 ? `at most ${days(moment.ago)} ago` : `at least ${days(-moment.ago)} ahead`;
}

/** That it has happened already goes without saying. */
function isBefore(moment: Moment): string {
  if ('at' in moment) return `before ${moment.at.toISOString()}`;
  if (moment.ago === -1) return '';
  return moment.ago > 0 ? `more than ${days(moment.ago)} ago` : `less than ${days(-moment.ago)} ahead`;
}

function dayInWords(day: Day): string {
  if ('on' in day) return day.on;
  const { inDays, inYears = 0 } = day;
  const parts = [
    ...(inYears === 0 ? [] : [`${Math.abs(inYears)} ${Math.abs(inYears) === 1 ? 'year' : 'years'} ago`]),
    ...(inDays === 0 ? [] : [inYears ? `${inDays > 0 ? 'plus' : 'less'} ${count(inDays)}` : dayAway(inDays)]),
  ];
  return parts.join(' ') || 'today';
}

const count = (n: number): string => `${Math.abs(n)} ${Math.abs(n) === 1 ? 'day' : 'days'}`;
const dayAway = (n: number): string => (n > 0 ? `in ${count(n)}` : `${count(n)} ago`);
