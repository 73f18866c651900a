import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { serialize } from './ortto/envelope.ts';

const REASONS: Readonly<Record<string, [status: string, words: string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'The address and the headers together are longer than 16 kB',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not come in time'],
};

/** Answers what can not be read as HTTP in the envelope, as everything else, and ends the connection. */
export function refuseNoRequest(error: Error & { code?: string; reason?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, words] = REASONS[error.code ?? ''] ?? [
    '400 Bad Request',
    `This is not HTTP: ${error.reason ?? error.message}`,
  ];
  const body = serialize({ request_id: randomUUID(), code: Number.parseInt(status, 10), error: words });
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
  if (socket.writable) socket.write(`${head}\r\n\r\n${body}`);
  socket.destroy(error);
}
