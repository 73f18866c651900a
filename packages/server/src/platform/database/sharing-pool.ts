import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** After that it is tried again whether there are more. */
const FEWER_MS = 30_000;

/** What PostgreSQL says that has none left, for anybody or for this role or database; and what poolers say. */
const hasNoneLeft = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  (error.code === '53300' || (error.code === '08P01' && /no more connections/i.test(error.message)));

/** A pool that makes do with the connections it has where the server gives no more: who asks waits for one of them. */
export class SharingPool extends pg.Pool {
  readonly #most = this.options.max;
  #fewerUntil = 0;
  /** Those that are there, without those on their way, which may be refused as well. */
  #made = 0;
  /** Told how many there are, once for each number. */
  readonly #onFewer: (connections: number) => void;
  #told: number | undefined;

  constructor(config: pg.PoolConfig, onFewer: (connections: number) => void) {
    super(config);
    this.#onFewer = onFewer;
    this.on('connect', (client) => {
      this.#made += 1;
      client.once('end', () => {
        this.#made -= 1;
      });
    });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(
    callback?: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): Promise<pg.PoolClient> | undefined {
    const connected = this.#connect();
    if (!callback) return connected;
    connected.then(
      (client) => callback(undefined, client, client.release as (release?: unknown) => void),
      (error: Error) => callback(error, undefined, () => undefined),
    );
    return undefined;
  }

  async #connect(): Promise<pg.PoolClient> {
    let refused: unknown;
    for (let early = 0; ; ) {
      if (this.options.max < this.#most && performance.now() > this.#fewerUntil) this.options.max = this.#most;
      try {
        return await super.connect();
      } catch (error) {
        // Nobody gave one back in time: why there is no other says more.
        if (!hasNoneLeft(error)) throw refused ?? error;
        if (this.#made === 0) {
          // Those that were begun with it may be on their way.
          if (this.totalCount === 0 || ++early > 5) throw error;
          await sleep(50);
          continue;
        }
        refused = error;
        this.options.max = this.#made;
        this.#fewerUntil = performance.now() + FEWER_MS;
        if (this.#told !== this.#made) this.#onFewer(this.#made);
        this.#told = this.#made;
      }
    }
  }
}
