import { type Html, html } from '../../platform/page.ts';

/** Finds people by name, address, phone number or id, or by a part of one. */
export const findForm = (who = ''): Html => html`<form class="find" action="/people" method="get" role="search">
  <input name="who" value="${who}" aria-label="A person’s name, e-mail address or id" placeholder="A person’s name, e-mail or id" autocomplete="off" spellcheck="false">
  <button>Find</button></form>`;
