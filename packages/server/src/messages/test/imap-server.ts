import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

interface Kept {
  uid: number;
  mail: Buffer;
  at: Date;
}

/** An IMAP server that really listens, with one folder, and as much of RFC 3501 and IDLE as is needed to read it. */
export interface TestImap {
  readonly port: number;
  url(o?: { password?: string; folder?: string }): string;
  /** Every command that came, without its tag. */
  readonly commands: string[];
  connections(): number;
  /** A mail comes in; clients that idle are told. */
  add(mail: Buffer, at?: Date): number;
  remove(uid: number): void;
  /** The mails are numbered anew, from that one on. */
  renumber(from: number): void;
  /** Breaks every connection off. */
  dropAll(): void;
  close(): Promise<void>;
}

const CAPABILITIES = 'IMAP4rev1 IDLE';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export async function startImap(o: { port?: number } = {}): Promise<TestImap> {
  let mails: Kept[] = [];
  let [uidValidity, uidNext] = [1, 1];
  const commands: string[] = [];
  const idling = new Set<Socket>();
  /** Up to which number of the mails a client was told that there are some. */
  const toldUpTo = new WeakMap<Socket, number>();
  const sockets = new Set<Socket>();
  let connections = 0;

  const answer = (socket: Socket, line: string): void => {
    const [, tag = '*', command = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (line === 'DONE') {
      idling.delete(socket);
      socket.write(`${socketTag.get(socket)} OK done\r\n`);
      return;
    }
    commands.push(command);
    const [verb = ''] = command.split(' ');
    if (command.startsWith('UID FETCH')) {
      fetched(socket, tag, command);
      return;
    }
    socket.write([...told(socket, tag, verb.toUpperCase(), command), ''].join('\r\n'));
    if (verb === 'LOGOUT') socket.end();
  };

  const told = (socket: Socket, tag: string, verb: string, command: string): string[] => {
    const done = `${tag} OK done`;
    switch (verb) {
      case 'CAPABILITY':
        return [`* CAPABILITY ${CAPABILITIES}`, done];
      case 'LOGIN':
        return /^LOGIN "?sales"? "?s3cret@1"?$/.test(command)
          ? [`${tag} OK [CAPABILITY ${CAPABILITIES}] in`]
          : [`${tag} NO [AUTHENTICATIONFAILED] wrong password`];
      case 'LIST':
      case 'LSUB':
        return [...(/ ""$/.test(command) ? ['* LIST (\\Noselect) "/" ""'] : [`* ${verb} () "/" INBOX`]), done];
      case 'EXAMINE':
        toldUpTo.set(socket, uidNext);
        return /INBOX/.test(command)
          ? [
              `* ${mails.length} EXISTS`,
              '* FLAGS (\\Seen)',
              `* OK [UIDVALIDITY ${uidValidity}] ok`,
              `* OK [UIDNEXT ${uidNext}] ok`,
              `${tag} OK [READ-ONLY] open`,
            ]
          : [`${tag} NO there is no such folder`];
      case 'NOOP':
        toldUpTo.set(socket, uidNext);
        return [`* ${mails.length} EXISTS`, done];
      case 'IDLE':
        socketTag.set(socket, tag);
        idling.add(socket);
        // What came while nobody idled is told at the next command, as servers do.
        return ['+ idling', ...(toldUpTo.get(socket) === uidNext ? [] : [`* ${mails.length} EXISTS`])];
      case 'LOGOUT':
        return ['* BYE', done];
      case 'UID':
        return [`* SEARCH ${found(command).join(' ')}`, done];
      default:
        return [`${tag} BAD what is ${verb}?`];
    }
  };

  const found = (command: string): number[] => {
    const since = /SINCE "?(\d+)-(\w+)-(\d+)/.exec(command);
    if (since) {
      const day = Date.UTC(Number(since[3]), MONTHS.indexOf(since[2]!), Number(since[1]));
      return mails.filter(({ at }) => at.getTime() >= day).map(({ uid }) => uid);
    }
    const from = Number(/UID (\d+):\*/.exec(command)![1]);
    const uids = mails.map(({ uid }) => uid);
    // As servers do: `*` is the last, and a range may be given either way round.
    return uids.filter((uid) => uid >= from || uid === uids.at(-1));
  };

  const fetched = (socket: Socket, tag: string, command: string): void => {
    const wanted = new Set(
      /^UID FETCH (\S+)/
        .exec(command)![1]!
        .split(',')
        .flatMap((part) => {
          const [from, to = from] = part.split(':').map(Number);
          return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i);
        }),
    );
    for (const [i, { uid, mail, at }] of mails.entries()) {
      if (!wanted.has(uid)) continue;
      const end = mail.indexOf('\r\n\r\n');
      const partial = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/.exec(command);
      const [name, bytes] = partial
        ? [`BODY[]<${partial[1]}>`, mail.subarray(Number(partial[1]), Number(partial[1]) + Number(partial[2]))]
        : ['BODY[HEADER]', end < 0 ? mail : mail.subarray(0, end + 4)];
      const day = `${String(at.getUTCDate()).padStart(2, ' ')}-${MONTHS[at.getUTCMonth()]}-${at.getUTCFullYear()}`;
      const date = `${day} ${at.toISOString().slice(11, 19)} +0000`;
      socket.write(`* ${i + 1} FETCH (UID ${uid} INTERNALDATE "${date}" ${name} {${bytes.length}}\r\n`);
      socket.write(bytes);
      socket.write(')\r\n');
    }
    socket.write(`${tag} OK\r\n`);
  };

  const socketTag = new WeakMap<Socket, string>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      idling.delete(socket);
    });
    socket.write(`* OK [CAPABILITY ${CAPABILITIES}] ready\r\n`);
    let rest = '';
    socket.on('data', (piece) => {
      const lines = (rest + piece.toString('latin1')).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) answer(socket, line);
    });
  });
  await new Promise<void>((resolve) => server.listen(o.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: ({ password = 's3cret%401', folder = '' } = {}) => `imap://sales:${password}@127.0.0.1:${port}/${folder}`,
    commands,
    connections: () => connections,
    add(mail, at = new Date()) {
      const uid = uidNext++;
      mails.push({ uid, mail, at });
      for (const socket of idling) {
        toldUpTo.set(socket, uidNext);
        socket.write(`* ${mails.length} EXISTS\r\n`);
      }
      return uid;
    },
    remove(uid) {
      mails = mails.filter((one) => one.uid !== uid);
    },
    renumber(from) {
      uidValidity += 1;
      mails = mails.map((one, i) => ({ ...one, uid: from + i }));
      uidNext = from + mails.length;
    },
    dropAll() {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
