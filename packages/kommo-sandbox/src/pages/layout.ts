import type { Account } from '../state/account.ts';
import type { Html } from './html.ts';
import { html, trusted } from './html.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** A whole page; `main` is the part the script renews when something has changed. */
export function layout(account: Account, title: string, main: Html): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${account.name}</title>
<link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='%234c6ef5'/><path d='M5 4v8M5 8l5-4M6.5 7l4 5' stroke='white' stroke-width='1.6' fill='none'/></svg>">
<style>${trusted(style)}</style>
</head>
<body data-version="${account.version}">
<header class="top">
  <a class="brand" href="/"><span class="mark">K</span><span>${account.name}</span></a>
  <span class="hint">Kommo sandbox: an imitation for demos and tests, in memory only</span>
</header>
<main>${main}</main>
<script>${trusted(script)}</script>
</body>
</html>`;
  return page.markup;
}
