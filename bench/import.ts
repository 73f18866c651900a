import { createReadStream } from 'node:fs';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Bench } from './support/bench.ts';
import { writePeopleCsv } from './support/csv.ts';
import type { Figure } from './support/figures.ts';
import { now } from './support/now.ts';
import { startSink } from './support/sink.ts';
import { makeFolder, type Tributary } from './support/tributary.ts';

const ROWS = 1_000_000;
const QUICK = 30_000;
const MB = 2 ** 20;

/**
 * A file of people, sent over HTTP and taken in, a tenth of them twice. Beside
 * it PostgreSQL's own COPY of the same file into a plain table. Memory is the
 * most that the server has ever had, and has to be the same for any file.
 */
export async function importFile(bench: Bench): Promise<Figure[]> {
  const rows = bench.quick ? QUICK : ROWS;
  const folder = bench.keep(await makeFolder());
  const file = join(folder.path, 'people.csv');
  await writePeopleCsv(file, rows);
  const { size } = await stat(file);
  bench.say(`${rows.toLocaleString('en')} rows, ${Math.round(size / MB)} MB`);

  const sink = bench.keep(await startSink());
  const tributary = await bench.tributary(sink.url);
  await tributary.api('/v1/person/merge', { people: [{ fields: { 'str::email': 'first@example.com' } }] });
  const rest = await peakMemory(tributary.pid);
  const began = now();
  const id = await send(tributary, file);
  const sent = now();
  await call(tributary, 'POST', `/api/imports/${id}/start`);
  await until(tributary, id, ({ state, progress }) => state === 'done' || progress.percent >= 20);
  const early = await peakMemory(tributary.pid);
  const { progress } = await until(tributary, id, ({ state }) => state === 'done');
  const taken = (now() - sent) / 1000;
  const peak = await peakMemory(tributary.pid);
  if (progress.created + progress.merged !== rows) throw new Error(`not all were taken: ${JSON.stringify(progress)}`);
  await tributary.close();

  const raw = rows / (await copySeconds(bench, folder.path, file));
  return [
    { what: `import of ${rows.toLocaleString('en')} rows`, value: rows / taken, unit: '/s', raw, note: 'raw: COPY' },
    { what: '  sending the file', value: (sent - began) / 1000, unit: 's' },
    ...(peak === undefined || rest === undefined || early === undefined
      ? []
      : [
          {
            what: '  most memory of the server',
            value: peak,
            unit: 'MB',
            note: `${Math.round(rest)} MB before it`,
          } as const,
          { what: '  grown since a fifth was taken', value: peak - early, unit: 'MB', target: { below: 64 } } as const,
        ]),
  ];
}

interface Told {
  id: string;
  state: string;
  progress: { created: number; merged: number; percent: number };
}

async function call(tributary: Tributary, method: string, path: string, body?: Readable): Promise<Told> {
  const answer = await fetch(tributary.url + path, {
    method,
    headers: { 'x-api-key': tributary.key, ...(body ? { 'content-type': 'text/csv' } : {}) },
    ...(body ? { body: Readable.toWeb(body) as ReadableStream, duplex: 'half' } : {}),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Told;
}

async function send(tributary: Tributary, file: string): Promise<string> {
  return (await call(tributary, 'POST', '/api/imports?kind=people', createReadStream(file))).id;
}

async function until(tributary: Tributary, id: string, so: (it: Told) => boolean): Promise<Told> {
  for (;;) {
    const it = await call(tributary, 'GET', `/api/imports/${id}`);
    if (so(it)) return it;
    if (it.state !== 'running') throw new Error(`the import is ${it.state}`);
    await sleep(100);
  }
}

/** The most memory a process has ever had; undefined where the system does not tell. */
async function peakMemory(pid: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** PostgreSQL reads the file itself, into a table without an index. */
async function copySeconds(bench: Bench, folder: string, file: string): Promise<number> {
  // Its user is not ours when we are root.
  await chmod(folder, 0o755);
  await chmod(file, 0o644);
  const client = new pg.Client(bench.rawDatabase);
  await client.connect();
  try {
    await client.query('create table raw_import (email text, first text, last text, city text, plan text, since text)');
    const began = now();
    await client.query(`copy raw_import from '${file}' with (format csv, header)`);
    return (now() - began) / 1000;
  } finally {
    await client.end();
  }
}
