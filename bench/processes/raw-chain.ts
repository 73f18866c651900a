import { createServer } from 'node:http';
import pg from 'pg';
import { answer } from '../support/rpc.ts';
import { openSmtp, type SmtpClient } from '../support/smtp-client.ts';

/**
 * The raw limit of "something comes in, a mail goes out": an HTTP request, one
 * committed insert, its answer, one mail. The address is the request's path.
 */
const CONNECTIONS = 10;

interface Plan {
  database: pg.PoolConfig;
  smtpPort: number;
  source: Buffer;
}

answer({
  async listen({ database, smtpPort, source }: Plan) {
    const pool = new pg.Pool({ ...database, max: CONNECTIONS });
    await pool.query('create table if not exists raw_chain (id bigint generated always as identity, body text)');
    const idle: SmtpClient[] = [];
    const send = async (to: string): Promise<void> => {
      const client = idle.pop() ?? (await openSmtp(smtpPort));
      await client.send(to, source);
      idle.push(client);
    };
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', async () => {
        await pool.query({ name: 'raw', text: 'insert into raw_chain (body) values ($1)', values: [body] });
        response.writeHead(204).end();
        await send(request.url!.slice(1));
      });
    });
    return new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
  },
});
