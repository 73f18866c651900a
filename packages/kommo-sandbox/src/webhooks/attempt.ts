import http from 'node:http';
import https from 'node:https';

interface Answer {
  /** 0 when nobody answered, 499 when the answer took too long. */
  status: number;
  ms: number;
  error?: string;
}

/** Kommo's cut: an answer later than this does not count (Kommo, webhooks-general). */
const PATIENCE_MS = 2_000;

export interface Poster {
  post(destination: string, body: string): Promise<Answer>;
  close(): void;
}

/**
 * Posts forms over kept-alive connections. `node:http` rather than `fetch`
 * because its agent can be destroyed: a closed sandbox leaves no socket behind,
 * and because it never follows a redirect, which Kommo counts as a failure.
 */
export function createPoster(userAgent: string, patienceMs = PATIENCE_MS): Poster {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 128 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 128 }),
  };
  const headersOf = (body: string) => ({
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'user-agent': userAgent,
    accept: '*/*',
  });

  function once(url: URL, body: string, started: number): Promise<Answer & { stale?: boolean }> {
    return new Promise((resolve) => {
      const secure = url.protocol === 'https:';
      const agent = secure ? agents['https:'] : agents['http:'];
      const request = (secure ? https : http).request(url, { method: 'POST', headers: headersOf(body), agent });
      const timer = setTimeout(() => request.destroy(new Error('timeout')), Math.max(1, patienceMs - since(started)));
      request.on('response', (response) => {
        response.resume();
        response.on('close', () => clearTimeout(timer));
        // A body that breaks off after its head changes nothing: the status is in.
        response.on('error', () => clearTimeout(timer));
        resolve({ status: response.statusCode ?? 0, ms: since(started) });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        const late = error.message === 'timeout';
        const stale = request.reusedSocket && error.code === 'ECONNRESET';
        resolve({ status: late ? 499 : 0, ms: since(started), error: error.code ?? error.message, stale });
      });
      request.end(body);
    });
  }

  return {
    async post(destination, body) {
      const started = performance.now();
      const url = new URL(destination);
      const { stale, ...answer } = await once(url, body, started);
      // The other side closed a kept connection just as we used it: nothing was delivered, a fresh one is due.
      if (!stale) return answer;
      const { stale: _again, ...second } = await once(url, body, started);
      return second;
    },
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

function since(started: number): number {
  return Math.round(performance.now() - started);
}
