import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the bench's own, from `bench/processes/`, that answers calls. It ends with us, however we end. */
export interface Helper {
  call<T>(name: string, input?: unknown): Promise<T>;
  close(): Promise<void>;
}

interface Call {
  id: number;
  name: string;
  input: unknown;
}

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

export function startHelper(name: string): Helper {
  const child = fork(new URL(`../processes/${name}.ts`, import.meta.url), { serialization: 'advanced' });
  const open = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let last = 0;
  child.on('message', ({ id, result, error }: Answer) => {
    const call = open.get(id);
    open.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(`${name}: ${error}`));
  });
  child.once('exit', (code) => {
    for (const { reject } of open.values()) reject(new Error(`the process "${name}" ended with ${code}`));
  });
  return {
    call<T>(what: string, input?: unknown) {
      last += 1;
      const id = last;
      return new Promise<T>((resolve, reject) => {
        open.set(id, { resolve: resolve as (result: unknown) => void, reject });
        child.send({ id, name: what, input } satisfies Call);
      });
    },
    async close() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** The other end: what a process of the bench answers. */
export function answer(calls: Readonly<Record<string, (input: never) => unknown>>): void {
  process.on('message', async ({ id, name, input }: Call) => {
    try {
      process.send?.({ id, result: await calls[name]!(input as never) } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
    }
  });
  process.once('disconnect', () => process.exit());
}
