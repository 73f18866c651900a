import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** The machine in one line: what a figure means nothing without. */
export async function describeMachine(connection: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(connection);
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${cpus().length} cores (${cpus()[0]?.model.trim()})`,
    `${memory} GB`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${rows[0]!.server_version}`,
  ].join(', ');
}

/** The share of the processors that is busy now, in percent: above a tenth or so, figures say more of the neighbours. */
export const busyPercent = async (): Promise<number> => (await busyWhile(() => sleep(1500))).busy;

/** What comes of something, and the share of the processors that was busy meanwhile, in percent. */
export async function busyWhile<T>(work: () => Promise<T>): Promise<{ result: T; busy: number }> {
  const before = times();
  const result = await work();
  const after = times();
  return { result, busy: Math.round(100 * (1 - (after.idle - before.idle) / (after.all - before.all))) };
}

function times(): { idle: number; all: number } {
  let [idle, all] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    for (const ms of Object.values(times)) all += ms;
  }
  return { idle, all };
}
