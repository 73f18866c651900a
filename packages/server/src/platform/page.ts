import { css } from './page-style.ts';

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

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

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
  return html`<time datetime="${at.toISOString()}">${dayAndTime.format(at)} UTC</time>`;
}

/** A short word on how something stands. */
export function badge(text: string, tone: 'good' | 'bad' | 'warn' | 'quiet' = 'quiet'): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** What stands where there is nothing yet: says so, and what to do. */
export function empty(title: string, hint: Content): Html {
  return html`<div class="empty"><p class="title">${title}</p><p>${hint}</p></div>`;
}

/** A row of links of which one is where we are. */
export function tabs(items: readonly { href: string; text: string; here: boolean }[]): Html {
  const links = items.map(({ href, text, here }) => html`<a href="${href}"${here && html` aria-current="page"`}>${text}</a>`);
  return html`<nav class="tabs">${links}</nav>`;
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
  const up = o.up?.map(({ href, text }) => html`<a href="${href}">${text}</a>`);
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${o.title}</title>
<style>${new Html(css)}</style>
</head>
<body>
<main class="${o.width ?? 'wide'}">
<header>${up && html`<nav class="up">${up}</nav>`}<h1>${o.title}</h1>${o.aside && html`<div class="aside">${o.aside}</div>`}</header>
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
