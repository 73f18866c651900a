import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type pg from 'pg';
import type { Figure } from './figures.ts';
import { makeFolder, startTributary, type Tributary } from './tributary.ts';

/** What a benchmark works with. */
export interface Bench {
  /** Shorter, for a look while working; the figures are rougher. */
  quick: boolean;
  /** A PostgreSQL with the embedded database's settings, for the raw limits. */
  rawDatabase: pg.PoolConfig;
  /** Closes it when the benchmark is over, however it ends; what was kept last goes first. */
  keep<T extends { close(): Promise<unknown> }>(thing: T): T;
  /** Tributary on an empty folder, for this benchmark alone; or on the one that is kept. */
  tributary(smtpUrl: string, o?: { kept?: boolean; databaseUrl?: string }): Promise<Tributary>;
  say(line: string): void;
}

export type Benchmark = (bench: Bench) => Promise<Figure[]>;

/** Runs one benchmark, and afterwards ends all that it started. */
export async function runBenchmark(
  benchmark: Benchmark,
  o: Pick<Bench, 'quick' | 'rawDatabase' | 'say'> & {
    profile: string | undefined;
    /** A folder that stays, for a benchmark that takes long to fill one. */
    keepAt: string | undefined;
  },
): Promise<Figure[]> {
  const kept: { close(): Promise<unknown> }[] = [];
  const keep: Bench['keep'] = (thing) => {
    kept.push(thing);
    return thing;
  };
  try {
    return await benchmark({
      ...o,
      keep,
      async tributary(smtpUrl, { kept, databaseUrl } = {}) {
        const dataDir = kept && o.keepAt !== undefined ? resolve(o.keepAt) : keep(await makeFolder()).path;
        await mkdir(dataDir, { recursive: true });
        return keep(await startTributary({ dataDir, smtpUrl, databaseUrl, profile: o.profile }));
      },
    });
  } finally {
    for (const thing of kept.toReversed()) await thing.close();
  }
}
