import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Db } from '../../platform/database/pool.ts';
import { pageHeaders } from '../../platform/page.ts';
import { withoutPixel } from '../render/links.ts';
import { countMails, findMail, listMails } from '../store/mailbox.sql.ts';
import { listPage, mailPage, noMailPage, type View, views } from './pages.ts';
import { readHead, readMail } from './parse.ts';

const PAGE = 50;

/**
 * A mail as its writer meant it, and no more: no scripts, no forms, no frames;
 * pictures and styles are loaded as a mail program would, but for the one that
 * would tell that its reader has opened it.
 */
const bodyHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline' http: https:; font-src http: https: data:",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export function mailboxRoutes(app: FastifyInstance, db: Db): void {
  app.get<{ Querystring: { before?: string } }>('/mailbox', async (request, reply) => {
    const before = numberOf(request.query.before);
    const rows = await listMails(db, PAGE + 1, before);
    const mails = await Promise.all(
      rows.slice(0, PAGE).map(async (row) => ({ ...row, ...(await readHead(row.head)) })),
    );
    const older = rows.length > PAGE ? mails.at(-1)?.id : undefined;
    return sendPage(reply, listPage(mails, { count: await countMails(db), isFirst: before === undefined, older }));
  });

  app.get<{ Params: { id: string }; Querystring: { view?: string } }>('/mailbox/:id', async (request, reply) => {
    const stored = await mailOf(request.params.id);
    if (!stored) return sendPage(reply.code(404), noMailPage());
    const mail = await readMail(stored.source);
    const asked = views.find((view) => view === request.query.view);
    const view: View = asked ?? (mail.html === undefined ? 'text' : 'mail');
    return sendPage(reply, mailPage(stored, mail, view));
  });

  app.get<{ Params: { id: string } }>('/mailbox/:id/body', async (request, reply) => {
    const stored = await mailOf(request.params.id);
    const html = stored && (await readMail(stored.source)).html;
    if (html === undefined) return sendPage(reply.code(404), noMailPage());
    return reply.headers(bodyHeaders).send(inNewWindows(withoutPixel(html)));
  });

  app.get<{ Params: { id: string } }>('/mailbox/:id/source', async (request, reply) => {
    const stored = await mailOf(request.params.id);
    if (!stored) return sendPage(reply.code(404), noMailPage());
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
    return reply.headers(headers).send(stored.source);
  });

  const mailOf = async (id: string) => {
    const number = numberOf(id);
    return number === undefined ? undefined : findMail(db, number);
  };
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.headers(pageHeaders).send(page);
}

function numberOf(text: string | undefined): string | undefined {
  return text !== undefined && /^[1-9]\d{0,17}$/.test(text) ? text : undefined;
}

/** Links of the mail open beside the mailbox, as they would beside a mail program. */
function inNewWindows(html: string): string {
  const base = '<base target="_blank">';
  const head = /<head\b[^>]*>/i.exec(html);
  if (!head) return `${base}${html}`;
  const end = head.index + head[0].length;
  return `${html.slice(0, end)}${base}${html.slice(end)}`;
}
