/** A piece of HTML that is safe to send: everything put into it was escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Content = Html | string | number | bigint | Date | false | null | undefined | readonly Content[];

/** HTML with its values escaped: lists are joined, nothing is put for `false`, `null` and `undefined`, dates become a `<time>`. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.reduce((text, part, i) => text + put(values[i - 1]) + part));
}

function put(value: Content): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (value instanceof Date) return time(value).text;
  if (Array.isArray(value)) return value.map(put).join('');
  return escaped(String(value));
}

/** Without what turns the direction of all that follows: a name must not change what the page says beside it. */
const escaped = (text: string): string =>
  text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
});

/** A moment, to the second, in UTC: these pages are read beside logs. */
export function time(at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${moment(at)}</time>`;
}

/** The same in words. */
export const moment = (at: Date): string => `${dayAndTime.format(at)} UTC`;

const dayAndMinute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** A text in which moments stand as commands and logs have them, `2026-03-04 08:00 UTC`, with those as pages have them. */
export const withMoments = (text: string): string =>
  text.replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b/g, (as, day, minute) => {
    const at = new Date(`${day}T${minute}Z`);
    return Number.isNaN(at.getTime()) ? as : `${dayAndMinute.format(at)} UTC`;
  });

/** How many: what is long is easier to read in groups. */
export const count = (figure: number): string => figure.toLocaleString('en-GB');

/** A short word on how something stands. */
export function badge(text: string, tone: 'good' | 'bad' | 'warn' | 'quiet' = 'quiet'): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** What stands where there is nothing yet: says so, and what to do; on a terminal, with what command. */
export function empty(title: string, hint: Content, command?: string): Html {
  return html`<div class="empty"><p class="title">${title}</p><p>${hint}</p>${
    command !== undefined && html`<pre class="command" tabindex="0">${command}</pre>`
  }</div>`;
}

/** So much of a text is shown at once. */
const SHOWN_AT_ONCE = 240;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A text that reads in its own direction, whatever stands beside it; so does what is quoted in it. */
export function bdi(text: string): Html {
  const pieces = RIGHT_TO_LEFT.test(text) ? text.split(/(?<=“)([^“”]*)(?=”)/) : [text];
  return html`<bdi>${pieces.map((piece, i) => (i % 2 === 1 ? html`<bdi>${piece}</bdi>` : piece))}</bdi>`;
}

/**
 * Texts, and links, side by side. What a page has no room for, and all after the first so many, is there as a whole when
 * it is opened, without a script.
 */
export function joined(parts: readonly (string | Html)[], o: { first?: number } = {}): Html {
  const first = parts.slice(0, o.first);
  const start = first.map((part) => (typeof part === 'string' ? [...part].slice(0, SHOWN_AT_ONCE).join('') : part));
  let length = 0;
  const past = start.findIndex((part) => {
    length += typeof part === 'string' ? part.length : 0;
    return length > SHOWN_AT_ONCE;
  });
  const shown = past < 0 ? start : start.slice(0, Math.max(1, past));
  const isAll = shown.length === parts.length && shown.every((part, i) => part === parts[i]);
  if (isAll) return side(parts);
  const ends = shown.map((part) => (typeof part === 'string' ? part.trimEnd() : part));
  return html`<details class="whole"><summary><span>${side(ends)}… </span><b></b></summary><div>${side(parts)}</div></details>`;
}

const side = (parts: readonly (string | Html)[]): Html =>
  html`${parts.map((part, i) => html`${i > 0 && ' · '}${typeof part === 'string' ? bdi(part) : part}`)}`;

/** One text of any length. */
export const openable = (text: string): Html => (text === '' ? html`` : joined([text]));

/** A row of links of which one is where we are. */
export function tabs(items: readonly { href: string; text: string; here: boolean }[]): Html {
  const links = items.map(
    ({ href, text, here }) => html`<a href="${href}"${here && html` aria-current="page"`}>${text}</a>`,
  );
  return html`<nav class="tabs" aria-label="Parts">${links}</nav>`;
}

export interface PageOptions {
  title: string;
  /** The way up: links before the title. */
  up?: readonly { href: string; text: string }[];
  /** Beside the title, such as a badge. */
  aside?: Content;
  body: Content;
  /** `narrow` for a few sentences, `wide` for tables. */
  width?: 'narrow' | 'wide';
}

/** A whole page. Plain HTML and one style, in light and dark, from a phone's width up; no script. */
export function page(o: PageOptions): string {
  const title = o.title.trim() || 'Without a name';
  const up = o.up?.map(({ href, text }) => html`<a href="${href}">${text}</a>`);
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(css)}</style>
</head>
<body>
<main class="${o.width ?? 'wide'}">
<header>${up && html`<nav class="up" aria-label="Way up">${up}</nav>`}<h1>${title}</h1>${o.aside && html`<div class="aside">${o.aside}</div>`}</header>
${o.body}
</main>
</body>
</html>
`}`;
}

/** Sent with every page: nothing from elsewhere is loaded, run or framed, whatever slipped through. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** The look of every page: system font, one accent, quiet lines. */
const css = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9;
  --sheet: #ffffff;
  --ink: #1c2430;
  --soft: #5d6878;
  --line: #e1e5eb;
  --accent: #1a62d6;
  --on-accent: #ffffff;
  --good: #18794e; --good-ground: #e3f5ec;
  --bad: #b42318; --bad-ground: #fdeceb;
  --warn: #8a5a00; --warn-ground: #fdf3dc;
  --quiet: #4d5868; --quiet-ground: #eceff3;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151b;
    --sheet: #191f27;
    --ink: #e4e9f0;
    --soft: #97a3b4;
    --line: #2b343f;
    --accent: #6ea8fe;
    --on-accent: #0d1420;
    --good: #6fd3a0; --good-ground: #17352a;
    --bad: #ff9b91; --bad-ground: #3d1f1d;
    --warn: #e8be6a; --warn-ground: #382c13;
    --quiet: #b4bfcd; --quiet-ground: #28313c;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
main { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 68rem; }
main.narrow { max-width: 34rem; padding-top: 12vh; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; margin-bottom: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; font-weight: 650; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere; unicode-bidi: plaintext; }
h2 { font-size: 1.1rem; font-weight: 650; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; font-weight: 600; margin: 1.5rem 0 .75rem; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: .15em; text-decoration-thickness: .06em; }
a:focus-visible, button:focus-visible, input:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.aside { min-width: 0; overflow-wrap: anywhere; }
.soft, .up, time, small { color: var(--soft); }
small, time { font-size: .875rem; }
time { white-space: nowrap; }
.up { flex-basis: 100%; font-size: .9rem; display: flex; gap: .5rem; }
.up a { color: var(--soft); text-decoration: none; }
.up a:hover { color: var(--accent); }
.up a::before { content: '‹'; margin-right: .4rem; }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem 1.4rem; margin: 0 0 1.25rem; }
.sheet > :last-child { margin-bottom: 0; }
.sheet.flush { padding: 0; overflow: hidden; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; vertical-align: baseline; padding: .6rem 1.1rem; border-bottom: 1px solid var(--line); }
th { font-size: .8rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
tr:last-child > td { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.main { width: 60%; overflow-wrap: anywhere; }
td.index { width: 1%; color: var(--soft); font-variant-numeric: tabular-nums; }
td.main a { font-weight: 550; color: var(--ink); text-decoration: none; }
td.main a:hover { color: var(--accent); text-decoration: underline; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 0; font-size: .95rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
td, dd, pre, .whole > div { unicode-bidi: plaintext; }
td.words { overflow-wrap: anywhere; min-width: 8rem; }
td.address { overflow-wrap: anywhere; min-width: 17rem; }
td.words .badge { white-space: normal; border-radius: .65rem; }
table.values td { overflow-wrap: anywhere; }
table.values td:first-child { width: 22%; }
table.values td:last-child { width: 26%; }
.whole > summary { cursor: pointer; list-style: none; }
.whole > summary::-webkit-details-marker { display: none; }
.whole > summary b { color: var(--accent); font-weight: 500; white-space: nowrap; }
.whole > summary b::before { content: 'show all'; }
.whole[open] > summary b::before { content: 'show less'; }
.whole[open] > summary span { display: none; }
.whole > div { white-space: pre-wrap; overflow-wrap: anywhere; }
.badge { display: inline-block; font-size: .78rem; font-weight: 600; line-height: 1.5; padding: .05rem .55rem; border-radius: 999px; white-space: nowrap; background: var(--quiet-ground); color: var(--quiet); }
.badge.good { background: var(--good-ground); color: var(--good); }
.badge.bad { background: var(--bad-ground); color: var(--bad); }
.badge.warn { background: var(--warn-ground); color: var(--warn); }
.empty { text-align: center; padding: 2.5rem 1.5rem; border: 1px dashed var(--line); border-radius: 10px; color: var(--soft); margin: 0 0 1.25rem; }
.empty .title { color: var(--ink); font-weight: 600; font-size: 1.05rem; margin-bottom: .25rem; }
.empty p { margin: 0 auto; max-width: 32rem; }
.empty .command { display: inline-block; max-width: 100%; margin-top: .75rem; padding: .5rem .8rem; overflow-x: auto; white-space: pre; text-align: left; color: var(--ink); background: var(--quiet-ground); border-radius: 6px; }
.tabs { display: flex; gap: 1.4rem; border-bottom: 1px solid var(--line); margin: 0 0 1.25rem; overflow-x: auto; }
.tabs a { color: var(--soft); text-decoration: none; padding: .45rem 0; border-bottom: 2px solid transparent; white-space: nowrap; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { color: var(--ink); font-weight: 600; border-color: var(--accent); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 0 0 1.25rem; }
.figures > div { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; }
.figures b { display: block; font-size: 1.5rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); font-size: .875rem; }
.line { list-style: none; margin: 0; padding: 0 0 0 1.1rem; border-left: 2px solid var(--line); }
.line > li { position: relative; padding: 0 0 1.1rem; overflow-wrap: anywhere; }
.line > li::before { content: ''; position: absolute; left: calc(-1.1rem - 5px); top: .55em; width: 8px; height: 8px; border-radius: 50%; background: var(--soft); box-shadow: 0 0 0 3px var(--ground); }
.line > li.good::before { background: var(--good); }
.line > li.bad::before { background: var(--bad); }
.line > li.warn::before { background: var(--warn); }
.growth { display: block; width: 100%; height: 8rem; }
.growth .room { fill: transparent; }
.growth g:hover .room { fill: var(--quiet-ground); }
.growth .in { fill: var(--good); }
.growth .out { fill: var(--bad); }
.growth line { stroke: var(--line); }
.span { display: flex; justify-content: space-between; margin: .5rem 0 0; }
pre, code { font-family: var(--mono); font-size: .85rem; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5; }
iframe { display: block; width: 100%; height: 68vh; border: 0; background: #fff; }
.pages { display: flex; justify-content: space-between; gap: 1rem; margin-top: 1.25rem; }
.find { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0 0 1.25rem; }
.find input { flex: 1 1 16rem; min-width: 0; font: inherit; color: inherit; background: var(--sheet); border: 1px solid var(--soft); border-radius: 8px; padding: .6rem .9rem; min-height: 44px; }
.find input::placeholder { color: var(--soft); opacity: 1; }
button { font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: 8px; padding: .6rem 1.2rem; min-height: 44px; cursor: pointer; }
button:hover { filter: brightness(1.06); }
button.quiet { color: var(--ink); background: transparent; border: 1px solid var(--line); }
button.quiet:hover { border-color: var(--soft); }
label.choice { display: flex; gap: .8rem; align-items: baseline; padding: .6rem 0; border-bottom: 1px solid var(--line); cursor: pointer; overflow-wrap: anywhere; }
label.choice:last-of-type { border-bottom: 0; margin-bottom: .5rem; }
label.choice small { display: inline-block; line-height: 1.4; }
input[type='checkbox'] { width: 1.15rem; height: 1.15rem; flex: none; margin: 0; accent-color: var(--accent); transform: translateY(.15rem); }
@media (max-width: 40rem) {
  main { padding: 1.5rem 1rem 3rem; }
  main.narrow { padding-top: 6vh; }
  h1 { font-size: 1.35rem; }
  th, td { padding: .55rem .8rem; }
  .sheet { padding: 1rem; }
  table.stack thead { display: none; }
  table.stack tr { display: block; padding: .7rem .9rem; border-bottom: 1px solid var(--line); }
  table.stack tr:last-child { border-bottom: 0; }
  table.stack td { display: block; padding: 0; border: 0; width: auto; min-width: 0; }
  table.stack td, table.values td:first-child, table.values td:last-child { width: auto; overflow-wrap: anywhere; }
  table.stack td.number, table.stack td.figure { display: inline-block; margin-right: .9rem; text-align: left; }
  table.stack td[data-label]::before { content: attr(data-label) ' '; color: var(--soft); font-size: .875rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
}
`;
