import { type Html, html } from './page.ts';

/** Links to the pages before and after this one. */
export function pageLinks({ newest, older }: Record<'newest' | 'older', string | undefined>): Html | undefined {
  if (newest === undefined && older === undefined) return undefined;
  return html`<nav class="pages" aria-label="Pages"><span>${newest !== undefined && html`<a href="${newest}">Newest</a>`}</span><span>${
    older !== undefined && html`<a href="${older}">Older</a>`
  }</span></nav>`;
}
