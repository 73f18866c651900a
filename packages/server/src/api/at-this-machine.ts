import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';

/** As somebody at this machine calls it. Any other name may be one that a stranger's website has pointed at us. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
/** What proxies add, of whom one on this machine may bring anybody's request. */
const FORWARDED = /^(forwarded|via|x-forwarded-.*|x-real-ip|(.+-)?(client|connecting)-ip)$/;

/** Lets in who asks from this machine, straight and by its own name; of all others `otherwise` decides. */
export function unlessAtThisMachine(otherwise: onRequestAsyncHookHandler): onRequestAsyncHookHandler {
  return async function (request, reply) {
    if (!isAtThisMachine(request)) await otherwise.call(this, request, reply);
  };
}

function isAtThisMachine({ headers }: FastifyRequest): boolean {
  return LOOPBACK.test(headers.host ?? '') && !Object.keys(headers).some((name) => FORWARDED.test(name));
}
