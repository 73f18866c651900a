import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Fastify from 'fastify';

interface Library {
  script: Buffer;
  gzipped: Buffer;
  etag: string;
}

/** What the library shows in the empty field for a key, and no setting changes: it reads as if one were there. */
const LOOKS_LIKE_A_KEY = 'QUxMIFlPVVIgQkFTRSBBUkUgQkVMT05HIFRPIFVT';
const AS_A_KEY_IS_WRITTEN = 'PRV-…';

let made: Promise<Library> | undefined;

/**
 * What draws the reference, out of the package. Five megabytes that most
 * processes never need: loaded when somebody first asks, and kept.
 */
export function referenceLibrary(): Promise<Library> {
  made ??= load();
  return made;
}

async function load(): Promise<Library> {
  const { default: reference } = await import('@scalar/fastify-api-reference');
  // The package gives its script to a server only.
  const app = Fastify();
  await app.register(reference, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
  const { statusCode, rawPayload: drawn } = await app.inject('/docs/js/scalar.js');
  await app.close();
  if (statusCode !== 200) throw new Error(`the reference's script is not where it was: ${statusCode}`);
  const script = Buffer.from(drawn.toString().replaceAll(LOOKS_LIKE_A_KEY, AS_A_KEY_IS_WRITTEN));
  return { script, gzipped: await promisify(gzip)(script), etag: `"${hash('sha256', script, 'hex').slice(0, 16)}"` };
}
