import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageHeaders } from '../../platform/page.ts';
import { notNowPage, unknownLinkPage } from './pages.ts';

/** A transparent picture of one pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** What links in e-mails begin with. */
export const LINKS = '/t';

/** Whether an address is one that stands in e-mails, damaged or not: whoever asks for it is a reader of mail. */
export function isOfMail(url: string): boolean {
  return /^\/t(?:[/?#]|$)/.test(url);
}

export function sendPixel(reply: FastifyReply): FastifyReply {
  return reply.headers({ 'content-type': 'image/gif', 'cache-control': 'no-store, private' }).send(PIXEL);
}

/** The answer to a link that is none of ours: a page for people, and where a picture is wanted the picture, as a hole in a mail helps nobody. */
export function unknownLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (wantsPicture(request)) return sendPixel(reply);
  return reply.code(404).headers(pageHeaders).send(unknownLinkPage());
}

/** The answer where we could not find out. */
export function notNow(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (wantsPicture(request)) return sendPixel(reply);
  return reply
    .code(503)
    .headers({ ...pageHeaders, 'retry-after': '60' })
    .send(notNowPage());
}

const wantsPicture = ({ raw }: FastifyRequest): boolean => raw.url?.startsWith(`${LINKS}/o/`) ?? false;
