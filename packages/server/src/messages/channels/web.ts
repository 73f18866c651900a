import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { messageOf } from '../../platform/errors.ts';

/** A request to another server, with nothing left to decide. */
export interface WebRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
}

/**
 * What became of a request.
 * - `answered`: with this status; of a long body only its beginning.
 * - `unreachable`: there was no connection, so the other side has nothing of it.
 * - `uncertain`: it was on its way when the answer was lost.
 */
export type WebOutcome =
  | { did: 'answered'; status: number; body: string; retryAfter: string | undefined; location: string | undefined }
  | { did: 'unreachable'; why: string }
  | { did: 'uncertain'; why: string };

export interface WebChannel {
  /** How many requests it carries at the same time. */
  readonly capacity: number;
  /** Never rejects: every outcome is a value. */
  send(request: WebRequest): Promise<WebOutcome>;
  close(): Promise<void>;
}

const CAPACITY = 16;
const CONNECT_MS = 5000;
const ANSWER_MS = 15_000;
/** Of an answer no more is read than shows what it says. */
const BODY_MAX = 16_384;
const IDLE_MS = 10_000;

/** Requests over HTTP and HTTPS, on connections that stay open for a while. Redirects are not followed. */
export function webChannel(
  o: { capacity?: number; timeouts?: { connectMs?: number; answerMs?: number } } = {},
): WebChannel {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, timeout: IDLE_MS }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: IDLE_MS }),
  };
  const connectMs = o.timeouts?.connectMs ?? CONNECT_MS;
  const answerMs = o.timeouts?.answerMs ?? ANSWER_MS;
  return {
    capacity: o.capacity ?? CAPACITY,
    async send(request) {
      for (let tries = 1; ; tries++) {
        const { outcome, wasIdle } = await once(agents, request, { connectMs, answerMs });
        // A connection that had been idle, and was dropped meanwhile: the request may be made again on another.
        if (outcome.did !== 'uncertain' || !wasIdle || tries > 1) return outcome;
      }
    },
    async close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

type Agents = { 'http:': HttpAgent; 'https:': HttpsAgent };

function once(
  agents: Agents,
  { method, url, headers, body }: WebRequest,
  { connectMs, answerMs }: { connectMs: number; answerMs: number },
): Promise<{ outcome: WebOutcome; wasIdle: boolean }> {
  return new Promise((resolve) => {
    let connected = false;
    let answer: IncomingMessage | undefined;
    const chunks: Buffer[] = [];
    let timer: NodeJS.Timeout | undefined;
    const finish = (outcome: WebOutcome, wasIdle = false): void => {
      clearTimeout(timer);
      resolve({ outcome, wasIdle });
    };
    const answered = (): void => {
      const { statusCode = 0, headers: told } = answer!;
      finish({
        did: 'answered',
        status: statusCode,
        body: Buffer.concat(chunks).subarray(0, BODY_MAX).toString('utf8'),
        retryAfter: told['retry-after'],
        location: told.location,
      });
    };
    const broken = (why: string, wasIdle = false): void => {
      // It said what it had to say: the status.
      if (answer) answered();
      else finish({ did: connected ? 'uncertain' : 'unreachable', why }, wasIdle);
    };
    const patience = (ms: number, why: string): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        broken(why);
        request.destroy();
      }, ms);
    };

    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const own = { 'user-agent': 'Tributary', accept: '*/*', ...lengthOf(method, body) };
    const request = (secure ? requestHttps : requestHttp)(target, {
      method,
      headers: { ...own, ...asBytes(headers) },
      agent: secure ? agents['https:'] : agents['http:'],
    });
    request.once('socket', (socket) => {
      const ready = (): void => {
        connected = true;
        patience(answerMs, 'no answer in time');
      };
      if (request.reusedSocket) return ready();
      patience(connectMs, 'no connection in time');
      socket.once(secure ? 'secureConnect' : 'connect', ready);
    });
    request.once('response', (response) => {
      answer = response;
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length <= BODY_MAX) return;
        answered();
        request.destroy();
      });
      response.once('end', answered);
      response.once('error', (error) => broken(messageOf(error)));
      response.once('aborted', () => broken('the answer broke off'));
    });
    // Stays for its life: one that we destroy says so, too.
    request.on('error', (error) => broken(messageOf(error), request.reusedSocket && isReset(error)));
    // As bytes: together with a text, Node would write the headers in the text's encoding.
    request.end(body === undefined ? undefined : Buffer.from(body));
  });
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** Said always, so that nothing is sent in pieces. */
function lengthOf(method: string, body: string | undefined): Record<string, string> {
  if (body === undefined && (method === 'GET' || method === 'DELETE')) return {};
  return { 'content-length': String(Buffer.byteLength(body ?? '')) };
}

/** Node writes headers as Latin-1; in UTF-8 they are what most servers read. */
function asBytes(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
}
