import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { environment, type Runner } from './runner.ts';

/** Then a fast shutdown is taken to hang. SIGQUIT costs a crash recovery, not data. */
const STUBBORN_AFTER_S = 60;

/**
 * Stands between us and PostgreSQL. It holds the other end of a pipe: when that breaks, because we closed it or died
 * in whatever way, it tells PostgreSQL to stop at once (SIGINT; at SIGTERM it would wait for its clients). It ends
 * when PostgreSQL ends, with its code. Being the parent, it leaves no zombie of a postmaster to the next start.
 *
 * It says so again each second: a shell starts what runs in its background with SIGINT ignored, and a PostgreSQL that
 * has not come as far as to change that never hears the first one (closing 20 ms after a start hung for good).
 *
 * The signals of a terminal are ignored only after both children are made, which would ignore them as well. In the
 * background a shell gives its children /dev/null to read, hence the third descriptor.
 */
const GUARD = `
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
{
  while read -r _ <&3; do :; done
  tries=0
  while kill -INT $server 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt ${STUBBORN_AFTER_S} ] || kill -QUIT $server
    sleep 1
  done
} &
watch=$!
trap '' HUP INT TERM
wait $server
code=$?
kill -KILL $watch 2>/dev/null
exit $code`;

export interface GuardedServer {
  /** With the code of PostgreSQL, when it is gone. */
  readonly ended: Promise<number>;
  readonly isOver: () => boolean;
  /** Fast shutdown. Await `ended` for its end. */
  stop(): void;
}

export function startGuarded(runner: Runner, command: readonly string[], logFd: number): GuardedServer {
  const [file = '', ...args] = [...runner.prefix, '/bin/sh', '-c', GUARD, 'tributary-guard', ...command];
  const child = spawn(file, args, {
    ...runner.become,
    cwd: '/',
    env: environment,
    // A session of its own: Ctrl-C in our terminal is for us, who still have work to finish with the database.
    detached: true,
    stdio: ['pipe', logFd, logFd],
  });
  let over = false;
  const ended = new Promise<number>((resolve) => {
    const end = (code: number) => {
      over = true;
      resolve(code);
    };
    child.on('error', () => end(127));
    child.on('exit', (code) => end(code ?? 128));
  });
  const pipe = child.stdin as Socket;
  pipe.on('error', () => undefined);
  keepAlive(child, pipe, false);
  return {
    ended,
    isOver: () => over,
    stop: () => {
      keepAlive(child, pipe, true);
      pipe.destroy();
    },
  };
}

/** A server that merely runs is no reason for our process to stay; one that we wait for is. */
function keepAlive(child: ChildProcess, pipe: Socket, yes: boolean): void {
  child[yes ? 'ref' : 'unref']();
  pipe[yes ? 'ref' : 'unref']();
}
