import type { FastifyReply, FastifyRequest } from 'fastify';
import { html, page, pageHeaders } from '../../platform/page.ts';
import { findForm } from './find-form.ts';

const PAGES = /^\/(?:(?:people|audiences|journeys|mailbox)(?:[/?#]|$)|[?#]|$)/;
/** Asked by programs, whatever they say that they would like. */
const CALLS = /^\/(?:v1|api|hooks|t|docs)(?:[/?#]|$)/;

/** Whether somebody wants to look at a page: what goes wrong there is said on one. */
export function isOfPages({ raw: { method = '', url = '', headers } }: Pick<FastifyRequest, 'raw'>): boolean {
  if (!/^(GET|HEAD)$/.test(method)) return false;
  return PAGES.test(url) || (/\btext\/html\b/.test(headers.accept ?? '') && !CALLS.test(url));
}

/**
 * Without the slash at the end of the address of a page or a call, and without the second before a call, which comes of a
 * host that is written with one: whoever asks so means the same.
 */
export const withoutSlashes = (url: string): string =>
  url
    .replace(/^\/\/(?=(?:v1|api)\/)/, '/')
    .replace(
      /^(\/(?:people|audiences|journeys|mailbox|docs)(?:\/[^/?#]+)?|\/(?:v1|api)\/[^?#]*[^/?#])\/(?=[?#]|$)/,
      '$1',
    );

/** A page that says in words what went wrong, with ways on. */
export function sendErrorPage(reply: FastifyReply, status: number, words: string): FastifyReply {
  const text = words.replace(/\.?$/, '.');
  return reply
    .code(status)
    .headers(pageHeaders)
    .send(
      page({
        title: titles[status] ?? 'This can not be shown',
        width: 'narrow',
        up: [{ href: '/', text: 'Tributary' }],
        body: html`<div class="sheet"><p>${text.charAt(0).toUpperCase()}${text.slice(1)}</p></div>${status !== 401 && findForm()}`,
      }),
    );
}

const titles: Readonly<Record<number, string>> = {
  401: 'An API key is needed',
  404: 'Nothing is here',
  500: 'Something went wrong',
  503: 'Not just now',
};
