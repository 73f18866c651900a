import { now } from '../support/now.ts';
import { answer } from '../support/rpc.ts';
import { openSmtp } from '../support/smtp-client.ts';

/** The raw limit of sending: the same mail to so many addresses over so many connections, and nothing else. */
answer({
  async send({
    port,
    connections,
    mails,
    source,
  }: {
    port: number;
    connections: number;
    mails: number;
    source: Buffer;
  }) {
    const clients = await Promise.all(Array.from({ length: connections }, () => openSmtp(port)));
    const began = now();
    let next = 0;
    await Promise.all(
      clients.map(async (client) => {
        while (next < mails) {
          next += 1;
          await client.send(`raw${next}@example.com`, source);
        }
      }),
    );
    for (const client of clients) client.close();
    return began;
  },
});
