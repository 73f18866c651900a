import { type Html, html } from '../../platform/page.ts';

/** Finds a person by address or by id. */
export const findForm = (): Html => html`<form class="find" action="/people" method="get" role="search">
  <input name="who" aria-label="A person’s e-mail address or id" placeholder="A person’s e-mail or id" required autocomplete="off" spellcheck="false">
  <button>Find</button></form>`;
