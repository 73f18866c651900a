import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Complaint } from '../state/field-values.ts';
import type { Query } from './query.ts';

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
};

export interface ItemComplaints {
  request_id: string;
  errors: Complaint[];
}

/** Thrown where a body is read; answered as `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly complaints: ItemComplaints[];
  constructor(status: number, detail: string, complaints: ItemComplaints[] = []) {
    super(detail);
    this.status = status;
    this.complaints = complaints;
  }
}

/** As bytes: to a text fastify would add a charset, and Kommo's content types have none. */
export function json(reply: FastifyReply, type: string, body: unknown, status = 200): FastifyReply {
  return reply
    .code(status)
    .header('content-type', type)
    .send(Buffer.from(JSON.stringify(body)));
}

export function hal(reply: FastifyReply, body: unknown, status = 200): FastifyReply {
  return json(reply, 'application/hal+json', body, status);
}

export function nothing(reply: FastifyReply): FastifyReply {
  return reply.code(204).send();
}

/** An error as Kommo words it, with `validation-errors` first when there are any. */
export function problem(reply: FastifyReply, { status, message, complaints }: Problem): FastifyReply {
  const body = {
    ...(complaints.length > 0 ? { 'validation-errors': complaints } : {}),
    title: titles[status] ?? 'Error',
    type: `https://httpstatus.es/${status}`,
    status,
    detail: message,
  };
  return json(reply, 'application/problem+json', body, status);
}

/** What stands before Kommo answers in HTML, not in JSON: over the rate, blocked, bad gateway. */
export function page(reply: FastifyReply, status: number, title: string): FastifyReply {
  const body = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return reply.code(status).header('content-type', 'text/html').send(body);
}

/** The address the client used, so that links lead back to where it came from. */
export function origin(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

export function self(href: string): { _links: { self: { href: string } } } {
  return { _links: { self: { href } } };
}

const mostOnPage = 250;

/**
 * One page of a list: 204 without a body when there is nothing, `_links.next`
 * only when there is more. A limit over 250 is a 400.
 */
export function sendPage<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  query: Query,
  o: { name: string; rows: readonly T[]; show: (row: T) => unknown; totals?: boolean; most?: number },
): FastifyReply {
  const limit = query.number('limit') ?? 50;
  const number = query.number('page') ?? 1;
  const most = o.most ?? mostOnPage;
  if (limit > most || limit < 1) {
    const errors = [{ code: 'TooHigh', path: 'limit', detail: `This value should be between 1 and ${most}.` }];
    throw new Problem(400, 'Request validation failed', [{ request_id: '0', errors }]);
  }
  const rows = o.rows.slice((number - 1) * limit, number * limit);
  if (rows.length === 0) return nothing(reply);
  const here = `${origin(request)}${request.url}`;
  const more = o.rows.length > number * limit;
  return hal(reply, {
    ...(o.totals ? { _total_items: o.rows.length } : {}),
    _page: number,
    ...(o.totals ? { _page_count: Math.ceil(o.rows.length / limit) } : {}),
    _links: { self: { href: here }, ...(more ? { next: { href: withPage(here, number + 1, limit) } } : {}) },
    _embedded: { [o.name]: rows.map(o.show) },
  });
}

function withPage(here: string, page: number, limit: number): string {
  const url = new URL(here);
  url.searchParams.set('page', String(page));
  url.searchParams.set('limit', String(limit));
  return url.href;
}
